import { availableParallelism, tmpdir } from 'node:os';
import path from 'node:path';
import { configurationFrom, loadConfiguration } from './load-configuration.ts';
import { ConfigurationFolder } from './spec-support/loaded.ts';

let folder: ConfigurationFolder;
beforeEach(() => {
  folder = new ConfigurationFolder();
});
afterEach(() => folder.remove());

const MiB = 2 ** 20;

describe('a configuration', () => {
  it('without a file has a default for everything', () => {
    expect(configurationFrom({})).toEqual({
      file: undefined,
      redis: {
        url: 'redis://127.0.0.1:6379',
        prefix: 'etcd-kloset',
        allowNoPersistence: false,
        source: 'default',
      },
      stores: {},
      clusters: {},
      limits: {
        stagingBytes: 256 * MiB,
        stagingBytesPerStore: 256 * MiB,
        stagingBytesPerBackup: 64 * MiB,
        stagingExpiryMs: 6 * 3_600_000,
        storeOutageMs: 3_600_000,
        storeGiveUpMs: 20_000,
        stallTimeoutMs: 60_000,
        drainMs: 25_000,
        spoolFolder: tmpdir(),
      },
      workers: {
        snapshot: { concurrency: 2, stores: undefined },
        chunk: { concurrency: availableParallelism() },
        storage: { concurrency: 4, kinds: undefined, stores: undefined },
      },
      api: {
        listen: { host: '127.0.0.1', port: 8080 },
        publicUrl: undefined,
        trustedProxies: 0,
        keys: [],
        rateLimit: { requestsPerMinute: 600, unauthenticatedPerMinute: 30 },
        bodyLimitBytes: 256 * 1024,
        storeScanMs: 60_000,
      },
      webhooks: [],
      secrets: { folder: '/etc/etcd-kloset/secrets/clusters' },
      ops: { host: '127.0.0.1', port: 9464, requiredStores: [] },
      log: { level: 'info' },
    });
  });

  it('gives clusters and stores their names, times in seconds, and paths from the folder of the file', () => {
    const config = folder.load(`
stores:
  main: { url: ./backups, writerKeyFile: keys/writer.key }
  cold: { url: s3://bucket/path, identityFile: /keys/me.txt }
  near: { url: 'file:///srv/etcd' }
clusters:
  prod:
    store: main
    endpoints: ['https://10.0.0.1:2379']
    tls: { caFile: ca.crt }
    auth: { user: backup, passwordFile: password }
    schedule: { cron: '17 * * * *', jitter: 5m }
    objective: 26h
    attach: [pki]
`);
    const at = (...names: string[]) => path.join(folder.path, ...names);
    expect(config.file).toBe(at('etcd-kloset.yaml'));
    expect(Object.values(config.stores).map(({ name, url, kind }) => [name, url, kind])).toEqual([
      ['main', at('backups'), 'local'],
      ['cold', 's3://bucket/path', 's3'],
      ['near', 'file:///srv/etcd', 'local'],
    ]);
    expect(config.stores['main']?.writerKeyFile).toBe(at('keys', 'writer.key'));
    expect(config.clusters['prod']).toEqual({
      name: 'prod',
      store: 'main',
      endpoints: ['https://10.0.0.1:2379'],
      onlyEndpoints: false,
      tls: {
        caFile: at('ca.crt'),
        certFile: undefined,
        keyFile: undefined,
        serverName: undefined,
        insecureSkipVerify: false,
      },
      auth: { user: 'backup', passwordFile: at('password'), passwordEnv: undefined },
      schedule: { cron: '17 * * * *', timeZone: 'UTC', jitterSeconds: 300, paused: false },
      objectiveSeconds: 26 * 3600,
      labels: {},
      proof: 'all',
      requireProof: false,
      attach: [at('pki')],
      origin: 'configuration',
    });
    expect(config.limits.stagingBytesPerStore).toBe(Math.floor((256 * MiB) / 3));
  });

  it('lets staging share what there is among many stores', () => {
    const stores = Object.fromEntries(
      Array.from({ length: 8 }, (_, index) => [`s${index}`, { url: `/srv/${index}` }]),
    );
    const { limits } = configurationFrom({ stores });
    expect(limits.stagingBytesPerStore).toBe(32 * MiB);
    expect(limits.stagingBytesPerBackup).toBe(32 * MiB);
  });

  it('finds no store or cluster that was not named, whatever the name', () => {
    const { stores, clusters } = configurationFrom({ stores: { constructor: { url: '/a' } } });
    expect(stores['constructor']?.name).toBe('constructor');
    expect('toString' in stores).toBe(false);
    expect('constructor' in clusters).toBe(false);
  });

  it('may have sections in which everything is commented out, and be empty', () => {
    expect(folder.load('stores:\nclusters:\nwebhooks:\n').stores).toEqual({});
    expect(folder.load('# nothing\n').stores).toEqual({});
  });

  it('may repeat itself with anchors and merge keys', () => {
    const { clusters } = folder.load(`
stores: { main: { url: /a } }
clusters:
  one: &one { store: main, endpoints: ['a:1'], labels: { team: x } }
  two: { <<: *one, endpoints: ['b:1'] }
`);
    expect(clusters['two']).toMatchObject({ endpoints: ['b:1'], labels: { team: 'x' } });
  });
});

describe('the configuration file', () => {
  it('that was named and is not there is an error', () => {
    const load = () => loadConfiguration('/nowhere/etcd-kloset.yaml', {});
    expect(load).toThrow(expect.objectContaining({ code: 'config.not-found' }) as Error);
  });

  it('that cannot be read is an error', () => {
    const load = () => loadConfiguration(folder.path, {});
    expect(load).toThrow(expect.objectContaining({ code: 'config.unreadable' }) as Error);
  });

  it('is named by the environment when nobody else does', () => {
    const file = folder.write('other.yaml', 'log: { level: debug }');
    expect(loadConfiguration(undefined, { ETCD_KLOSET_CONFIG: file }).log.level).toBe('debug');
  });
});

describe('variables of the environment', () => {
  it('are put into any text, as they are', () => {
    const { clusters, api } = folder.load(
      `
stores: { main: { url: '/srv/\${PLACE}/etcd' } }
clusters: { prod: { store: main, endpoints: ['\${HOST}:2379', 'b:1'], labels: { note: '\${NOTE} $\${HOST} $HOST' } } }
api:
  listen:
    port: \${PORT}
`,
      { PLACE: 'x', HOST: '10.0.0.1', PORT: '99', NOTE: '${HOST}' },
    );
    expect(clusters['prod']?.endpoints).toEqual(['10.0.0.1:2379', 'b:1']);
    expect(clusters['prod']?.labels).toEqual({ note: '${HOST} ${HOST} $HOST' });
    expect(api.listen.port).toBe(99);
  });

  it('may be given by the names of files that hold them', () => {
    const file = folder.write('hash', `sha256:${'a'.repeat(64)}\n`);
    const { api } = folder.load('api: { keys: [{ name: a, role: viewer, hash: "${HASH}" }] }', {
      HASH_FILE: file,
    });
    expect(api.keys[0]?.hash).toBe(`sha256:${'a'.repeat(64)}`);
  });

  it('that are not set are named, each where it is needed', () => {
    expect(
      folder.mistakes('stores:\n  a: { url: "${A}" }\n  b: { url: "${B}${C}" }', { B_FILE: '/nowhere' }),
    ).toEqual([
      'line 2, column 8: stores.a.url needs the variable A of the environment, which is not set (nor is A_FILE).',
      expect.stringMatching(
        /^line 3, column 8: stores\.b\.url needs the variable B of the environment\. The file \/nowhere that the variable B_FILE names cannot be read \(ENOENT\)\.$/,
      ),
      'line 3, column 8: stores.b.url needs the variable C of the environment, which is not set (nor is C_FILE).',
    ]);
  });

  it('go before the file, for every key that is a single value or a list', () => {
    const config = folder.load(
      'redis: { url: "redis://file:1", prefix: a }\nops: { port: 1 }\nlimits: { stagingBytes: 64MiB }',
      {
        REDIS_URL: 'redis://environment:2',
        ETCD_KLOSET_OPS_PORT: '2',
        ETCD_KLOSET_LIMITS_STAGING_BYTES: '96MiB',
        ETCD_KLOSET_WORKERS_STORAGE_KINDS: 's3, sftp',
        ETCD_KLOSET_REDIS_ALLOW_NO_PERSISTENCE: 'true',
        ETCD_KLOSET_LOG_LEVEL: '',
      },
    );
    expect(config.redis).toEqual({
      url: 'redis://environment:2',
      prefix: 'a',
      allowNoPersistence: true,
      source: 'environment',
    });
    expect(config.ops.port).toBe(2);
    expect(config.limits.stagingBytes).toBe(96 * MiB);
    expect(config.workers.storage.kinds).toEqual(['s3', 'sftp']);
    expect(config.log.level).toBe('info');
  });

  it('that are wrong are named instead of a line', () => {
    expect(folder.mistakes('ops: { port: 1 }', { ETCD_KLOSET_OPS_PORT: 'many' })).toEqual([
      'ops.port (of the variable ETCD_KLOSET_OPS_PORT) is not a whole number.',
    ]);
  });
});

describe('where Redis is', () => {
  it('may stand in a file, which the file or the environment names', () => {
    folder.write('redis', 'redis://:password@host:6379\n');
    const inFile = folder.load('redis: { urlFile: redis }').redis;
    expect(inFile).toMatchObject({ url: 'redis://:password@host:6379', source: 'configuration' });
    const byEnvironment = folder.load('redis: { url: "redis://other:1" }', {
      REDIS_URL_FILE: path.join(folder.path, 'redis'),
    }).redis;
    expect(byEnvironment).toMatchObject({ url: 'redis://:password@host:6379', source: 'environment' });
  });

  it('is told wrong without telling the address', () => {
    folder.write('redis', 'https://:password@host');
    const mistakes = [
      ...folder.mistakes('redis: { urlFile: redis }'),
      ...folder.mistakes('redis: { urlFile: nowhere }'),
      ...folder.mistakes('redis: { url: "redis://a:password@h:1/x" }'),
      ...folder.mistakes('', { REDIS_URL: 'password' }),
      ...folder.mistakes('redis: { url: "redis://a", urlFile: redis }'),
    ];
    expect(mistakes).toEqual([
      expect.stringContaining('redis.urlFile names a file whose text is no address of Redis.'),
      expect.stringMatching(
        /redis\.urlFile is not right\. The file \S+ that redis\.urlFile names cannot be read \(ENOENT\)\.$/,
      ),
      expect.stringContaining('redis.url is no address of Redis.'),
      expect.stringContaining('redis.url (of the variable REDIS_URL) is no address of Redis.'),
      expect.stringContaining('redis.urlFile stands beside redis.url: give one of them.'),
    ]);
    expect(mistakes.join().replaceAll('user:password@host', '')).not.toContain('password');
  });
});
