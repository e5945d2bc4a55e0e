import fc from 'fast-check';
import { ConfigurationFolder } from './spec-support/loaded.ts';

let folder: ConfigurationFolder;
beforeEach(() => {
  folder = new ConfigurationFolder();
});
afterEach(() => folder.remove());

describe('a mistake', () => {
  it('is told with its line and key, and all of them at once, in the order of the file', () => {
    const yaml = `redis:
  url: redis://user:s3cret@host:6379/x/y
stores:
  main:
    urll: /srv
    writerKeyFile:
  Bad_name:
    url: ftp://u:s3cret@x
clusters:
  prod:
    store: mian
    endpoints: [10.0.0.1:2379, "http://me:s3cret@h"]
    labels: {team: 1}
    objective: 26 h
    auth: {user: root, password: s3cret}
    schedule: {cron: "61 * * * *", timeZone: s3cret/s3cret}
  test: {store: main}
limits:
  stagingBytesPerBackup: 1GiB
  storeOutage: s3cret
api:
  keys:
    - name: a
      role: s3cret
      hash: s3cret
workers: 3
frobnicate: 1
`;
    const mistakes = folder.mistakes(yaml);
    expect(mistakes).toEqual([
      'line 2, column 3: redis.url is no address of Redis. Write it as redis://host:6379, or as rediss://user:password@host:6379 with TLS.',
      'line 4, column 3: stores.main.url is missing.',
      'line 5, column 5: stores.main.urll is not a key here. Did you mean url?',
      'line 6, column 5: stores.main.writerKeyFile has no value.',
      'line 7, column 3: stores.Bad_name is no name for a store: up to 40 lower-case letters, digits and hyphens.',
      'line 11, column 5: clusters.prod.store is no store of this configuration. Did you mean main?',
      'line 12, column 32: clusters.prod.endpoints[1] is not an endpoint of etcd. Give user and password as such, not in the endpoint.',
      'line 13, column 14: clusters.prod.labels.team is not a text: put it in quotes.',
      'line 14, column 5: clusters.prod.objective is not a duration such as 90s, 5m, 2h or 7d.',
      'line 15, column 24: clusters.prod.auth.password is not a key here. Did you mean passwordFile?',
      'line 16, column 16: clusters.prod.schedule.cron is not a cron expression that ever comes; five fields, such as "17 * * * *" (each hour, 17 minutes past).',
      'line 16, column 36: clusters.prod.schedule.timeZone is not a time zone that is known here, such as Europe/Berlin or UTC.',
      'line 17, column 3: clusters.test.endpoints is missing.',
      'line 20, column 3: limits.storeOutage is not a duration such as 90s, 5m, 2h or 7d.',
      'line 24, column 7: api.keys[0].role is not one of viewer, operator, admin.',
      'line 25, column 7: api.keys[0].hash is no hash of an API key: `etcd-kloset api-key` prints one.',
      'line 26, column 1: workers is not a map of keys and values.',
      'line 27, column 1: frobnicate is not a key here; there are redis, stores, clusters, limits, workers, api, webhooks, secrets, ops, log.',
    ]);
  });

  it.each([
    ['a: 1\na: 2', 'line 2, column 1: This key stands here twice.'],
    ['a:\n\tb: 1', 'line 2, column 1: A tab indents this line: use spaces.'],
    ['log: {}\n---\nlog: {}', 'line 2, column 1: A second document begins here (---): give one.'],
    ['redis: { url: "s3cret', 'line 1, column 22: A quote, a bracket or a colon is missing.'],
    ['redis: s3cret: x', 'line 1, column 8: A text with ": " in it needs quotes.'],
    ['a: *s3cret', 'line 1, column 4: An alias (*name) has no anchor (&name) before it.'],
    ['a: !s3cret b', 'line 1, column 4: A tag (!…) is not understood here: write the value by itself.'],
    ['clusters: { __proto__: {} }', 'line 1, column 13: This is no name for a key.'],
    [
      'redis: {url:s3cret}',
      'line 1, column 1: redis has a key that is no word. Is there a space behind every colon?',
    ],
    [
      'stores: {url:s3cret}',
      'line 1, column 1: stores has a key that is no word. Is there a space behind every colon?',
    ],
    ['- s3cret', 'line 1, column 1: This is not a map of keys and values.'],
    ['s3cret', 'line 1, column 1: This is not a map of keys and values.'],
  ])('in the YAML %j is told without what stands there', (yaml, first) => {
    const mistakes = folder.mistakes(yaml);
    expect(mistakes[0]).toBe(first);
    expect(mistakes.join()).not.toContain('s3cret');
  });

  it.each([
    ['stores: { a: { url: /x }, b: { url: /x } }', 'stores.b.url is that of the store a too'],
    [
      'clusters: { c: { store: a, endpoints: ["h:1"] } }',
      'clusters.c.store names a store, but there are none',
    ],
    [
      'workers: { snapshot: { stores: [mian] } }',
      'workers.snapshot.stores[0] is no store of this configuration. Did you mean main?',
    ],
    ['workers: { storage: { kinds: [tape] } }', 'workers.storage.kinds[0] is not one of local, s3, sftp'],
    [
      'limits: { stagingBytes: 1GiB, stagingBytesPerStore: 2GiB }',
      'limits.stagingBytesPerStore is more than limits.stagingBytes',
    ],
    [
      'limits: { stagingBytesPerStore: 33MiB, stagingBytesPerBackup: 34MiB }',
      'limits.stagingBytesPerBackup is more than limits.stagingBytesPerStore',
    ],
    [
      'limits: { stagingBytesPerBackup: 257MiB }',
      'limits.stagingBytesPerBackup is more than limits.stagingBytes',
    ],
    ['limits: { stagingBytes: 1KiB }', 'limits.stagingBytes is not from 32MiB to 1TiB'],
    ['limits: { storeOutage: 6h }', 'limits.stagingExpiry is not longer than limits.storeOutage'],
    [
      'api: { keys: [{ name: a, role: viewer, hash: HASH }, { name: a, role: viewer, hash: HASH2 }] }',
      'api.keys[1].name is the name of another key too',
    ],
    [
      'api: { keys: [{ name: a, role: viewer, hash: HASH }, { name: b, role: viewer, hash: HASH }] }',
      'api.keys[1].hash is that of another key too',
    ],
    [
      'webhooks: [{ name: a, url: "ftp://x", secretFile: s }]',
      'webhooks[0].url is no http:// or https:// URL',
    ],
    [
      'webhooks: [{ name: a, url: "https://u:s3cret@x", secretFile: s }]',
      'webhooks[0].url has a user or a password in it',
    ],
    [
      'webhooks: [{ name: a, url: "https://x", secretFile: s, events: [backup.done] }]',
      'webhooks[0].events[0] is not one of backup.requested, ',
    ],
    ['webhooks: { a: 1 }', 'webhooks is not a list'],
    ['secrets: { folder: /s }\nredis: { url: "redis://a", urlFile: /s/redis }', 'redis.urlFile '],
    [
      'secrets: { folder: . }\nwebhooks: [{ name: a, url: "https://x", secretFile: s }]',
      'webhooks[0].secretFile is below secrets.folder',
    ],
    [
      'secrets: { folder: /s }\nstores: { a: { url: /x, writerKeyFile: /s/x/../w } }',
      'stores.a.writerKeyFile is below secrets.folder',
    ],
    ['redis: { prefix: "{a}" }', 'redis.prefix is not up to 60 letters'],
    ['ops: { port: 65536 }', 'ops.port is not from 0 to 65535'],
    ['redis: { allowNoPersistence: yes }', 'redis.allowNoPersistence is neither true nor false'],
    ['log: { level: loud }', 'log.level is not one of trace, debug, info, warn, error'],
    ['stores: { a: { url: "x\\ny" } }', 'stores.a.url has characters that cannot be printed'],
    ['stores: { a: { url: "" } }', 'stores.a.url is empty'],
    ['stores: { a: { url: "${" } }', 'stores.a.url has a ${ that begins no ${NAME}'],
    ['clusters: { " c": { store: main, endpoints: ["h:1"] } }', 'clusters has a key that is no word.'],
  ])('such as %j is told', (yaml, sentence) => {
    const whole = yaml
      .replace('HASH2', `sha256:${'b'.repeat(64)}`)
      .replaceAll('HASH', `sha256:${'a'.repeat(64)}`);
    const stores =
      yaml.includes('stores: {') || yaml.includes('store: a') ? '' : 'stores: { main: { url: /m } }\n';
    const mistakes = folder.mistakes(stores + whole);
    expect(mistakes.join('\n')).toContain(sentence);
    expect(mistakes.filter((line) => !line.includes(sentence))).toEqual([]);
    expect(mistakes.join()).not.toContain('s3cret');
  });

  it.each([
    ['endpoints: []', 'endpoints is empty.'],
    [
      'endpoints: [10.0.0.1]',
      'endpoints[0] is not an endpoint of etcd. Write host:port, http://host:port or https://host:port.',
    ],
    ['tls: { certFile: c }', 'tls has one of certFile and keyFile: they are given together.'],
    ['auth: { user: u }', 'auth needs one of passwordFile and passwordEnv.'],
    ['auth: { user: u, passwordFile: f, passwordEnv: E }', 'auth needs one of passwordFile and passwordEnv.'],
    [
      'auth: { user: u, passwordEnv: "s3cret!" }',
      'auth.passwordEnv is no name of a variable: give the name, not the password.',
    ],
    ['proof: none, requireProof: true', 'requireProof and proof: none exclude each other.'],
    ['schedule: { cron: "* * * * * *" }', 'schedule.cron is not a cron expression of five fields'],
    ['schedule: { cron: "0 0 31 2 *" }', 'schedule.cron is not a cron expression that ever comes'],
    ['schedule: { cron: "@daily" }', 'schedule.cron is not a cron expression of five fields'],
    ['labels: { "a b": c }', 'labels has a key that is no word.'],
    ['labels: { -a: c }', 'labels.-a is no key of a label.'],
    ['objective: 10s', 'objective is not from 1m to 366d.'],
    ['proof: some', 'proof is not one of all, source, none.'],
    ['attach: x', 'attach is not a list.'],
  ])('of a cluster, such as %j, is told', (part, sentence) => {
    const endpoints = part.startsWith('endpoints') ? '' : ", endpoints: ['h:1']";
    const [mistake, ...more] = folder.mistakes(
      `stores: { main: { url: /m } }\nclusters: { c: { store: main${endpoints}, ${part} } }`,
    );
    expect(mistake).toMatch(/^line 2, column \d+: clusters\.c\./);
    expect(mistake).toContain(sentence.replace('’', "'").slice(0, 60));
    expect(more).toEqual([]);
  });
});

describe('whatever stands in the file', () => {
  const SECRET = 's3cretS3cret';
  const values = fc.constantFrom<unknown>(
    SECRET,
    `redis://u:${SECRET}@h`,
    [SECRET],
    { a: SECRET },
    null,
    1,
    true,
    `\${${SECRET}`,
    `"${SECRET}`,
  );
  const sections = [
    'redis',
    'stores',
    'clusters',
    'limits',
    'workers',
    'api',
    'webhooks',
    'secrets',
    'ops',
    'log',
  ];
  const keys = [
    'url',
    'main',
    'store',
    'endpoints',
    'auth',
    'user',
    'tls',
    'schedule',
    'cron',
    'keys',
    'hash',
    'listen',
    'port',
    'labels',
  ];
  const tree = fc.letrec<{ node: unknown }>((tie) => ({
    node: fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      values,
      fc.dictionary(fc.constantFrom(...keys), tie('node'), { maxKeys: 4, noNullPrototype: true }),
      fc.array(tie('node'), { maxLength: 3 }),
    ),
  })).node;
  const file = fc.dictionary(fc.constantFrom(...sections), tree, { maxKeys: 6, noNullPrototype: true });

  it('is a configuration, or a list of mistakes that holds no value', () => {
    fc.assert(
      fc.property(file, fc.boolean(), (value, quoted) => {
        const json = JSON.stringify(value);
        // Without quotes it often is no YAML at all.
        const mistakes = folder.mistakes(quoted ? json : json.replaceAll('"', '').replaceAll(':', ': '));
        expect(mistakes.join('\n')).not.toContain(SECRET);
      }),
      { numRuns: 200 },
    );
  });
});
