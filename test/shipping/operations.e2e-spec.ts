import { existsSync, globSync } from 'node:fs';
import { run } from '@etcd-kloset/testing';
import { parse } from 'yaml';
import { configurationJsonSchema } from '@etcd-kloset/platform';
import { type KubeObject } from './support/kube-object.ts';
import { schemaProblem, unknownFields } from './support/kube-schemas.ts';
import { inRepository, text } from './support/repository.ts';

const operations = text('docs/operations.md');
const headings = [...operations.matchAll(/^#+ (.+)$/gm)].map(([, heading]) => heading!);

/** As a forge makes the anchor of a heading. */
const anchors = headings.map((heading) =>
  heading
    .toLowerCase()
    .replace(/[^\w\- ]/g, '')
    .replaceAll(' ', '-'),
);

interface Rule {
  readonly alert: string;
  readonly annotations: { readonly runbook: string };
}
const alerts = (parse(text('observability/alerts.yaml')) as { groups: { rules: Rule[] }[] }).groups.flatMap(
  ({ rules }) => rules,
);

describe('docs/operations.md', () => {
  it.each(alerts)('has a part for the alert $alert, to which the alert leads', ({ alert, annotations }) => {
    expect(headings).toContain(alert);
    const [file, anchor] = annotations.runbook.split('#');
    expect([file, anchor]).toEqual(['docs/operations.md', alert.toLowerCase()]);
    expect(anchors).toContain(anchor);
  });

  it('has no part for an alert that there is not', () => {
    const known = alerts.map(({ alert }) => alert);
    expect(headings.filter((heading) => heading.startsWith('Kloset') && !known.includes(heading))).toEqual(
      [],
    );
  });

  it('links to what is there', () => {
    for (const [, target] of operations.matchAll(/\]\(([^)]+)\)/g)) {
      const [file = '', anchor] = target!.split('#');
      if (file !== '')
        expect({ file, there: existsSync(inRepository('docs', file)) }).toEqual({ file, there: true });
      else expect(anchors).toContain(anchor);
    }
  });

  it('names folders and files that are there', () => {
    const named = [...operations.matchAll(/\b(?:k8s|observability|libs|docker)\/[\w./-]*\w/g)].map(
      // A copy of the example is what the reader makes.
      ([name]) => name.replace('k8s/mine', 'k8s/example'),
    );
    expect([...new Set(named)].filter((name) => !existsSync(inRepository(name)))).toEqual([]);
    expect(named).toEqual(
      expect.arrayContaining(
        ['small', 'large', 'large-hpa', 'redis', 'monitoring'].map((overlay) => `k8s/overlays/${overlay}`),
      ),
    );
  });

  it.each(
    [...operations.matchAll(/\b(GET|POST|PUT|DELETE) (\/v1\/[\w/{}-]*)/g)].map(([, method, route]) => ({
      method,
      route,
    })),
  )('asks the API for what it has: $method $route', ({ method, route }) => {
    const routes = globSync('apps/api/src/contract/routes/*.ts', { cwd: inRepository() }).flatMap((file) =>
      [...text(file).matchAll(/method: '(\w+)',\s+path: '([^']+)'/g)].map(
        ([, known, pattern]) =>
          new RegExp(`^${known!.toUpperCase()} ${pattern!.replaceAll(/\{\w+\}/g, '[^/]+')}$`),
      ),
    );
    expect(routes.length).toBeGreaterThan(0);
    expect(routes.filter((known) => known.test(`${method!} ${route!}`))).toHaveLength(1);
  });

  it('names keys of the configuration that there are', () => {
    const sections = Object.keys((configurationJsonSchema() as { properties: object }).properties);
    const named = [...operations.matchAll(/`((?:\w+\.)+\w+)(?:: [^`]*)?`/g)]
      .map(([, key]) => key!)
      .filter((key) => sections.includes(key.split('.')[0]!));
    expect(named.length).toBeGreaterThan(5);
    expect([...new Set(named)].filter((key) => !hasKey(configurationJsonSchema(), key.split('.')))).toEqual(
      [],
    );
  });

  it.each([...new Set(commandsOf(operations))])(
    'calls the command line as it wants to be: etcd-kloset %s',
    async (line) => {
      const words = line.split(/\s+/);
      const subcommand = words[0] === 'keys' ? words.slice(0, 2) : words.slice(0, 1);
      const { stdout } = await run(process.execPath, [
        inRepository('apps/cli/dist/etcd-kloset.js'),
        ...subcommand,
        '--help',
      ]);
      for (const option of words.filter((word) => word.startsWith('--'))) {
        expect(stdout).toMatch(new RegExp(`\\s${option}\\b`));
      }
    },
  );
});

describe('the way to run it on Kubernetes', () => {
  const section = operations.slice(
    operations.indexOf('## On Kubernetes'),
    operations.indexOf('### A cluster that backs itself up'),
  );
  const place = (line: string): number => {
    expect(section).toContain(line);
    return section.indexOf(line);
  };

  it('can be gone in the order in which it is written', () => {
    const order = [
      'cp -r k8s/example k8s/mine',
      'etcd-kloset init ./store',
      'kubectl apply -f k8s/base/namespace.yaml',
      'create secret generic etcd-kloset-redis',
      'create secret generic etcd-kloset-api-keys',
      'create secret generic etcd-kloset-writer-key',
      'create secret generic etcd-kloset-etcd-prod-1',
      'kubectl apply -f k8s/mine/volume.yaml',
      'kubectl -n etcd-kloset apply -f k8s/components/wide/store.yaml',
      'kubectl apply -k k8s/mine/carrier',
      'wait --for=condition=Ready pod/store-carrier',
      'cp ./store store-carrier:/var/lib/etcd-kloset/store',
      'kubectl delete -k k8s/mine/carrier',
      'kubectl apply -k k8s/overlays/redis',
      'kubectl apply -k k8s/mine\n',
      'kubectl apply -k k8s/overlays/monitoring',
    ];
    const places = order.map(place);
    expect(places).toEqual([...places].sort((a, b) => a - b));
  });

  it('changes everything in the copy that it names, and names all that is there', () => {
    const named = [...section.matchAll(/^\| `([\w/.-]+\.yaml)`/gm)].map(([, file]) => file!);
    const there = globSync('**/*.yaml', { cwd: inRepository('k8s/example') });
    expect(there.filter((file) => !named.includes(file))).toEqual(['cronjob/volume.yaml']);
    expect(named.filter((file) => !there.includes(file))).toEqual([]);
  });

  it('names every image of ours, none from where it is not', () => {
    const images = ['', 'carrier/', 'cronjob/'].flatMap((folder) => {
      const file = text(`k8s/example/${folder}kustomization.yaml`);
      return (parse(file) as { images: { name: string; newName: string }[] }).images;
    });
    expect(new Set(images.map(({ name }) => name))).toEqual(
      new Set(
        ['api', 'snapshot-worker', 'chunk-worker', 'storage-writer', 'cli'].map(
          (each) => `etcd-kloset/${each}`,
        ),
      ),
    );
    for (const { name, newName } of images) expect(newName).toBe(`registry.example.net/${name}`);
  });

  it.each([
    { volume: 'k8s/example/volume.yaml', claim: 'k8s/components/wide/store.yaml', namespace: 'etcd-kloset' },
    {
      volume: 'k8s/example/cronjob/volume.yaml',
      claim: 'k8s/cronjob/base/store.yaml',
      namespace: 'etcd-kloset-backup',
    },
  ])('has a volume to which the claim $claim binds', async ({ volume: file, claim: claimed, namespace }) => {
    const volume = parse(text(file)) as Volume;
    const claim = parse(text(claimed)) as Claim;
    expect(await schemaProblem(volume)).toBeUndefined();
    expect(unknownFields([volume])).toEqual([]);
    expect(claim.spec.volumeName).toBe(volume.metadata.name);
    expect(volume.spec.claimRef).toEqual({ namespace, name: claim.metadata.name });
    expect(volume.spec.storageClassName).toBe(claim.spec.storageClassName);
    expect(volume.spec.accessModes).toEqual(claim.spec.accessModes);
    expect(parseInt(volume.spec.capacity.storage)).toBeGreaterThanOrEqual(
      parseInt(claim.spec.resources.requests.storage),
    );
    // Nobody loses a store with a claim, and nobody sees an old listing.
    expect(volume.spec.persistentVolumeReclaimPolicy).toBe('Retain');
    expect(volume.spec.mountOptions).toContain('actimeo=0');
  });

  it('has a volume of its own for each claim: one binds once', () => {
    const names = ['k8s/example/volume.yaml', 'k8s/example/cronjob/volume.yaml'].map(
      (file) => (parse(text(file)) as Volume).metadata.name,
    );
    expect(new Set(names).size).toBe(2);
  });
});

describe('a command in a container', () => {
  const commands = [
    ...operations.replaceAll(/\\\n\s*/g, ' ').matchAll(/^docker (?:compose )?run --rm .+$/gm),
  ].map(([command]) => command);

  it.each(commands.filter((command) => / --(output|data-dir) /.test(command)))(
    'writes where it stays, as the user to whom the store belongs: %s',
    (command) => {
      const outside = / -v "\$PWD\/out:(\/\w+)"/.exec(command)![1]!;
      const [, , target] = / --(output|data-dir) (\S+)/.exec(command)!;
      expect(target!.startsWith(`${outside}/`)).toBe(true);
      expect(command).not.toContain('--user');
    },
  );

  it('is shown for a file and for a data directory', () => {
    expect(commands.filter((command) => / --(output|data-dir) /.test(command))).toHaveLength(2);
  });
});

describe('the way to run it without containers', () => {
  const unit = /```ini\n# \/etc\/systemd\/system\/etcd-kloset@\.service\n([\s\S]*?)```/.exec(operations)![1]!;

  it('starts each service, and gives each a port', () => {
    const services = [...operations.matchAll(/\betcd-kloset@([a-z][\w-]*)/g)].map(([, name]) => name!);
    expect(services).toEqual(['api', 'snapshot-worker', 'chunk-worker', 'storage-writer']);
    const ports = [.../for each in ([^;]+);/.exec(operations)![1]!.matchAll(/([\w-]+)=(\d+)/g)];
    expect(ports.map(([, name]) => name)).toEqual(services);
    expect(new Set(ports.map(([, , port]) => port)).size).toBe(services.length);
    const program = / (apps\/\S+) --config /.exec(unit)![1]!;
    for (const service of services) {
      const built = program.replace('%i', service);
      expect(text('Dockerfile')).toContain(`ENTRYPOINT ["node", "${built}"]`);
      expect(existsSync(inRepository(built.replace('dist/main.js', 'src/main.ts')))).toBe(true);
    }
  });

  it('sets variables that there are, and lets services end in their own time', () => {
    const configuration = text('docs/configuration.md');
    const variables = [...operations.matchAll(/\bETCD_KLOSET_[A-Z_]+/g)].map(([name]) => name);
    expect(variables).toContain('ETCD_KLOSET_LIMITS_SPOOL_FOLDER');
    for (const name of variables) expect(configuration).toContain(`\`${name}\``);
    expect(Number(/TimeoutStopSec=(\d+)/.exec(unit)![1])).toBeGreaterThan(25 + 15);
  });
});

describe('docs/api.md', () => {
  it('waits until a backup has ended, in whatever way', () => {
    const loops = text('docs/api.md')
      .split('\n')
      .filter((line) => line.startsWith('until '));
    expect(loops).toHaveLength(1);
    for (const state of ['committed', 'failed', 'cancelled']) expect(loops[0]).toContain(state);
  });
});

interface Claim {
  readonly metadata: { readonly name: string };
  readonly spec: {
    readonly volumeName: string;
    readonly storageClassName: string;
    readonly accessModes: readonly string[];
    readonly resources: { readonly requests: { readonly storage: string } };
  };
}
interface Volume extends KubeObject {
  readonly spec: {
    readonly claimRef: unknown;
    readonly storageClassName: string;
    readonly accessModes: readonly string[];
    readonly capacity: { readonly storage: string };
    readonly persistentVolumeReclaimPolicy: string;
    readonly mountOptions: readonly string[];
  } & Record<string, unknown>;
}

/** What follows `etcd-kloset` in code, lines that are continued joined. */
function commandsOf(markdown: string): string[] {
  const code = [...markdown.matchAll(/```\w*\n([\s\S]*?)```|`([^`\n]+)`/g)].map(
    ([, block, inline]) => block ?? inline!,
  );
  return code.flatMap((each) =>
    each
      .replaceAll(/\\\n\s*/g, ' ')
      .split('\n')
      .map((line) => /^\s*etcd-kloset (?!<)(.+)$/.exec(line)?.[1])
      .filter((line) => line !== undefined),
  );
}

interface Schema {
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly additionalProperties?: Schema | boolean;
  readonly items?: Schema;
}

function hasKey(schema: unknown, [key, ...rest]: string[]): boolean {
  if (key === undefined) return true;
  const { properties = {}, additionalProperties } = schema as Schema;
  const next =
    properties[key] ?? (typeof additionalProperties === 'object' ? additionalProperties : undefined);
  return next !== undefined && hasKey(next, rest);
}
