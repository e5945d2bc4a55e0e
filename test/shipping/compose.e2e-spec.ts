import { describeWith, provideTool, run } from '@etcd-kloset/testing';
import { lineage } from './support/dockerfile.ts';
import { inRepository, text } from './support/repository.ts';

/** As `docker compose config` prints it: anchors, short forms and defaults resolved. */
interface ComposeService {
  readonly image: string;
  readonly build?: { readonly context: string; readonly target: string };
  readonly profiles?: readonly string[];
  readonly read_only?: boolean;
  readonly cap_drop?: readonly string[];
  readonly cap_add?: readonly string[];
  readonly privileged?: boolean;
  readonly security_opt?: readonly string[];
  readonly restart?: string;
  readonly stop_grace_period?: string;
  readonly depends_on?: Readonly<Record<string, { readonly condition: string }>>;
  readonly environment?: Readonly<Record<string, string>>;
  readonly healthcheck?: { readonly test: readonly string[] };
  readonly networks?: Readonly<Record<string, unknown>>;
  readonly network_mode?: string;
  readonly ports?: readonly { readonly host_ip?: string; readonly target: number }[];
  readonly volumes?: readonly {
    readonly source?: string;
    readonly target: string;
    readonly read_only?: boolean;
  }[];
  readonly configs?: readonly { readonly source: string; readonly target: string }[];
  readonly command?: readonly string[] | null;
}
interface Compose {
  readonly services: Readonly<Record<string, ComposeService>>;
  readonly configs: Readonly<Record<string, { readonly file: string }>>;
}

const SERVICES = ['api', 'snapshot-worker', 'chunk-worker', 'storage-writer'];

async function readCompose(): Promise<Compose> {
  const { programs } = await provideTool('docker-compose');
  const args = ['--profile', '*', 'config', '--format', 'json'];
  // Checks the file against the specification too; needs no engine.
  const { stdout } = await run(programs['docker-compose']!, args, { cwd: inRepository() });
  return JSON.parse(stdout) as Compose;
}

await describeWith(readCompose(), 'docker-compose.yml', ({ services, configs }) => {
  const all = Object.entries(services).map(([name, service]) => ({ name, service }));
  const ours = all.filter(({ service }) => service.image.startsWith('etcd-kloset/'));

  it('has three members of etcd, Redis, the services, an S3 and an SFTP server', () => {
    expect(Object.keys(services).sort()).toEqual(
      [...SERVICES, 'store-init', 'cli', 'redis', 'etcd-1', 'etcd-2', 'etcd-3', 's3', 'sftp'].sort(),
    );
    // Nothing speaks to them yet.
    expect([services['s3']!.profiles, services['sftp']!.profiles]).toEqual([['s3'], ['sftp']]);
  });

  it.each(all)('lets $name neither gain rights nor change its own files', ({ service }) => {
    expect(service).toMatchObject({
      read_only: true,
      cap_drop: ['ALL'],
      security_opt: ['no-new-privileges:true'],
    });
    expect(service.privileged ?? false).toBe(false);
    expect(service.cap_add ?? []).toEqual([]);
  });

  it.each(all)('takes $name from an image with a version', ({ service }) => {
    expect(service.image).toMatch(/:v?\d+\.\d+/);
  });

  it.each(ours)('builds $name from a target of the Dockerfile', ({ service: { build, image } }) => {
    expect(lineage(build!.target)).not.toEqual([]);
    expect(image).toBe(`etcd-kloset/${build!.target}:0.1.0`);
  });

  it.each(SERVICES)(
    'starts %s when Redis answers and the store is made, and lets it end in its own time',
    (name) => {
      const { depends_on, stop_grace_period } = services[name]!;
      expect(depends_on).toMatchObject({
        redis: { condition: 'service_healthy' },
        'store-init': { condition: 'service_completed_successfully' },
      });
      expect(stop_grace_period).toBe('1m0s');
    },
  );

  it.each(['redis', 'etcd-1', 'etcd-2', 'etcd-3'])('asks %s whether it is well', (name) => {
    expect(services[name]!.healthcheck!.test.length).toBeGreaterThan(1);
  });

  it('has a Redis that evicts nothing and forgets nothing', () => {
    const command = services['redis']!.command!.join(' ');
    expect(command).toContain('--maxmemory-policy noeviction');
    expect(command).toContain('--appendonly yes');
  });

  it("gives no service the owner's identity, and a key of the store only to those who need one", () => {
    const mounting = (volume: string): string[] =>
      all
        .filter(({ service }) => service.volumes?.some(({ source }) => source === volume))
        .map(({ name }) => name);
    expect(mounting('owner').sort()).toEqual(['cli', 'store-init']);
    expect(mounting('keys').sort()).toEqual(['api', 'chunk-worker', 'snapshot-worker', 'store-init']);
    const writable = ours.filter(({ service }) =>
      service.volumes?.some(
        ({ source, read_only }) => ['keys', 'access', 'owner'].includes(source!) && read_only !== true,
      ),
    );
    expect(writable.map(({ name }) => name)).toEqual(['store-init']);
  });

  it('shows only the API, and only to this machine', () => {
    const published = all.flatMap(({ name, service }) =>
      (service.ports ?? []).map(({ host_ip, target }) => ({ name, host_ip, target })),
    );
    expect(published).toEqual([{ name: 'api', host_ip: '127.0.0.1', target: 8080 }]);
  });

  it('gives files, not values, where something is secret', () => {
    const variables = all.flatMap(({ service }) => Object.keys(service.environment ?? {}));
    expect(
      variables.filter((name) => /PASSWORD|SECRET|TOKEN|HASH|KEY/.test(name) && !name.endsWith('_FILE')),
    ).toEqual(
      // Of make-store.sh: folders.
      ['KEYS'],
    );
  });

  it.each(ours)(
    'mounts volumes of $name where the image has folders that belong to its user',
    ({ name, service }) => {
      const made = lineage('runtime')
        .flatMap(({ steps }) => steps)
        .map(({ argument }) => argument)
        .join(' ');
      const targets = (service.volumes ?? []).map(({ target }) => target);
      expect({ name, missing: targets.filter((target) => !made.includes(target)) }).toEqual({
        name,
        missing: [],
      });
    },
  );

  it('names files that are there', () => {
    for (const { file } of Object.values(configs)) {
      expect(text(file.slice(inRepository().length + 1)).length).toBeGreaterThan(0);
    }
  });
});
