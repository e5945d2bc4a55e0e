import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { hashApiKey } from '@etcd-kloset/platform';
import { parseOptions } from '../options.ts';
import { welcome } from '../welcome.ts';
import { openStateFolder, type StateFolder } from '../state/state-folder.ts';
import { configure, type Configured } from './configure.ts';

const KEY = hashApiKey('ek_somebody');
const FILE = `
stores:
  vault: { url: /backups/vault, writerKeyFile: vault.key }
clusters:
  prod: { store: vault, endpoints: ['10.0.0.1:2379'] }
api:
  listen: { port: 9000 }
  keys: [{ name: ops, role: operator, hash: '${KEY}' }]
`;

describe('what the program runs with', () => {
  let folder: string;
  let state: StateFolder;
  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'etcd-kloset-configure-'));
    state = await openStateFolder(path.join(folder, 'state'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  const run = async (...argv: readonly string[]): Promise<Configured> =>
    configure(parseOptions(argv), state, {});
  const withFile = async (text: string, ...argv: readonly string[]): Promise<Configured> => {
    const file = path.join(folder, 'etcd-kloset.yaml');
    await writeFile(file, text);
    return run('--config', file, ...argv);
  };
  const refused = (work: Promise<unknown>, message: string): Promise<void> =>
    expect(work).rejects.toMatchObject({
      code: 'start.usage',
      message: expect.stringContaining(message) as string,
    });

  it('is a store and a key of its own when nobody has said anything', async () => {
    const { config, ownStore, firstKey } = await run();
    expect(Object.keys(config.stores)).toEqual(['local']);
    expect(config.stores['local']).toMatchObject({
      url: ownStore!.folder,
      kind: 'local',
      writerKeyFile: ownStore!.writerKeyFile,
      identityFile: ownStore!.identityFile,
    });
    expect(config.api.keys).toEqual([{ name: 'first', role: 'admin', hash: hashApiKey(firstKey!.token!) }]);
    const again = await run();
    expect(again.config.api.keys).toEqual(config.api.keys);
    // It is told once.
    expect(again.firstKey!.token).toBeUndefined();
  });

  it('is what the configuration file says, and nothing beside it', async () => {
    const { config, ownStore, firstKey } = await withFile(FILE);
    expect([ownStore, firstKey]).toEqual([undefined, undefined]);
    expect(existsSync(state.file('store'))).toBe(false);
    expect(Object.keys(config.stores)).toEqual(['vault']);
    expect(Object.keys(config.clusters)).toEqual(['prod']);
    expect(config.api.keys.map(({ name }) => name)).toEqual(['ops']);
    expect(config.api.listen.port).toBe(9000);
  });

  it('has no key of its own beside those of the file, and says which one is none any more', async () => {
    const { token } = (await run()).firstKey!;
    const named = await withFile(FILE);
    expect(named.config.api.keys.map(({ name }) => name)).toEqual(['ops']);
    expect(named.formerKey).toEqual({ file: state.file('api-key'), hash: hashApiKey(token!) });
    expect(welcome(named, 'http://127.0.0.1:9000')).toContain('is not valid any more');
    const added = FILE.replace(
      'keys: [',
      `keys: [{ name: first, role: admin, hash: '${hashApiKey(token!)}' }, `,
    );
    expect((await withFile(added)).formerKey).toBeUndefined();
  });

  it('is that with what the command line adds', async () => {
    const { config } = await withFile(
      FILE,
      ...['--cluster', 'mine', '--endpoints', '127.0.0.1:2379, 127.0.0.2:2379', '--cacert', '/ca.pem'],
      ...['--user', 'backup', '--password-file', '/password', '--schedule', '17 * * * *'],
      ...['--listen', '0.0.0.0:8081'],
    );
    expect(Object.keys(config.clusters)).toEqual(['prod', 'mine']);
    expect(config.clusters['mine']).toMatchObject({
      store: 'vault',
      endpoints: ['127.0.0.1:2379', '127.0.0.2:2379'],
      tls: { caFile: '/ca.pem' },
      auth: { user: 'backup', passwordFile: '/password' },
      schedule: { cron: '17 * * * *' },
    });
    expect(config.api.listen).toEqual({ host: '0.0.0.0', port: 8081 });
  });

  it('has the store of the command line, into which its cluster goes', async () => {
    const { config, ownStore } = await withFile(
      FILE,
      ...['--store', '/backups/mine', '--identity-file', '/identity.txt'],
      ...['--cluster', 'mine', '--endpoints', '127.0.0.1:2379'],
    );
    expect(ownStore).toBeUndefined();
    expect(config.stores['main']).toMatchObject({ url: '/backups/mine', identityFile: '/identity.txt' });
    expect(config.clusters['mine']!.store).toBe('main');
    expect(config.clusters['prod']!.store).toBe('vault');
  });

  it('is refused when options do not go together', async () => {
    await refused(run('--endpoints', '127.0.0.1:2379'), '--cluster is missing');
    await refused(run('--cluster', 'mine'), 'without --endpoints');
    await refused(run('--cluster', 'm', '--endpoints', 'h:1', '--user', 'u'), '--password-file');
    await refused(run('--cluster', 'm', '--endpoints', 'h:1', '--cert', 'c'), '--key');
    await refused(run('--store', '/backups'), 'without a key');
    await refused(run('--writer-key-file', 'key'), 'without --store');
    await refused(run('--listen', 'here'), '--listen');
    await refused(withFile(FILE, '--cluster', 'prod', '--endpoints', 'h:1'), 'has a cluster "prod"');
    const two = FILE.replace('clusters:', '  other: { url: /backups/other }\nclusters:');
    await refused(withFile(two, '--cluster', 'm', '--endpoints', 'h:1'), 'several stores');
    expect(() => parseOptions(['--no-such-option'])).toThrow('--no-such-option');
  });

  it('is checked as the file is', async () => {
    await expect(run('--cluster', 'm', '--endpoints', 'ftp://host')).rejects.toMatchObject({
      code: 'config.invalid',
      problems: [{ path: 'clusters.m.endpoints[0]' }],
    });
  });
});
