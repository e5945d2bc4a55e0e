import { readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { cp, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { connectRedis, keys, type RedisHandle } from '@etcd-kloset/jobs';
import {
  clusterByName,
  credentialRing,
  issueWriterCredential,
  openStore,
  writeDefinition,
} from '@etcd-kloset/kloset';
import { openStorage } from '@etcd-kloset/storage';
import { describeWith, RedisServer, requireRedis } from '@etcd-kloset/testing';
import { type Configuration, type StoreConfig } from '../config/configuration.ts';
import { type ClusterDefinitionInput } from '../config/definition-schema.ts';
import { configurationFrom } from '../config/load-configuration.ts';
import { LocalStore, storesOf } from '../spec-support/local-store.ts';
import { createStorePool } from '../stores/store-pool.ts';
import { type ClusterRegistry, createClusterRegistry } from './cluster-registry.ts';
import { sealDefinition } from './definition-seal.ts';
import { definitionInput } from './parse-definition.ts';
import { redisCopy } from './redis-copy.ts';

const ENDPOINT = 'etcd.example.net:2379';
const definition = (name: string, more: Partial<ClusterDefinitionInput> = {}): ClusterDefinitionInput => ({
  name,
  store: 'main',
  endpoints: [ENDPOINT],
  ...more,
});
const code = async (work: Promise<unknown>): Promise<string> => {
  const error: unknown = await work.then(
    () => undefined,
    (each: unknown) => each,
  );
  return (error as { code: string } | undefined)?.code ?? 'none';
};

await describeWith(requireRedis(), 'the registry of clusters', (program) => {
  let server: RedisServer;
  let redis: RedisHandle;
  let main: LocalStore;
  let other: LocalStore;
  let warnings: string[];
  const closing: (() => Promise<void>)[] = [];

  beforeAll(async () => {
    server = await RedisServer.start(program);
  });
  afterAll(() => server.stop());
  beforeEach(async () => {
    [main, other] = await Promise.all([LocalStore.make(), LocalStore.make()]);
    redis = connect();
    await redis.client.flushall();
    warnings = [];
  });
  afterEach(async () => {
    for (const close of closing.splice(0)) await close();
    main.remove();
    other.remove();
  });

  function connect(prefix?: string): RedisHandle {
    const handle = connectRedis({ url: server.url, prefix, failFast: true });
    closing.push(() => handle.close());
    return handle;
  }

  interface ProcessOptions {
    readonly stores?: readonly StoreConfig[];
    readonly clusters?: Configuration['clusters'];
    readonly redis?: RedisHandle;
  }

  /** The registry of one more process. */
  function newProcess({
    stores = [main.config('main'), other.config('other')],
    ...options
  }: ProcessOptions = {}) {
    const config = { stores: storesOf(...stores), clusters: options.clusters ?? {} };
    const pool = createStorePool({ stores: config.stores, giveUpAfterMs: 500 });
    closing.push(() => pool.close());
    return createClusterRegistry({
      config,
      redis: options.redis ?? connect(),
      stores: pool,
      onWarning: (sentence) => warnings.push(sentence),
    });
  }

  const namesIn = async (registry: ClusterRegistry): Promise<string[]> =>
    (await registry.list()).map(({ name, store, version }) => `${store}/${name}@${version}`);

  describe('a change', () => {
    it('is in the store, sealed, when the call returns, and every process sees it at once', async () => {
      const [one, two] = [newProcess(), newProcess()];
      const saved = await one.save(
        definition('prod', { labels: { team: 'a' }, objectiveSeconds: 3600 }),
        'new',
      );
      expect(saved).toMatchObject({ name: 'prod', store: 'main', version: 1, origin: 'store', proof: 'all' });
      expect(await two.get('prod')).toEqual(saved);
      expect(await two.list()).toEqual([saved]);
      expect(textsIn(main.at('store'))).not.toContain('etcd.example.net');
      // Only the store has it.
      await redis.client.flushall();
      expect(await newProcess().get('prod')).toEqual(saved);
    });

    it('counts up, and is refused to whoever read an older one', async () => {
      const registry = newProcess();
      const { version } = await registry.save(definition('prod'), 'new');
      expect(await code(registry.save(definition('prod'), 'new'))).toBe('cluster.exists');
      const second = await registry.save(definition('prod', { proof: 'source' }), version);
      expect(second.version).toBe(2);
      expect(await code(registry.save(definition('prod'), version))).toBe('cluster.conflict');
      expect(await code(registry.save(definition('test'), version))).toBe('cluster.unknown');
      expect((await registry.save(definitionInput(second))).version).toBe(3);
      expect(await registry.get('prod')).toEqual({ ...second, version: 3 });
    });

    it('of several who register the same cluster is that of exactly one', async () => {
      const registries = [newProcess(), newProcess(), newProcess(), newProcess()];
      const codes = await Promise.all(registries.map((each) => code(each.save(definition('prod'), 'new'))));
      expect(codes.filter((each) => each === 'none')).toHaveLength(1);
      for (const each of codes) expect(['none', 'cluster.exists', 'cluster.conflict']).toContain(each);
    });

    it('takes a cluster away for all, and it can be registered again', async () => {
      const [one, two] = [newProcess(), newProcess()];
      await one.save(definition('prod'));
      expect(await code(two.remove('prod', 7))).toBe('cluster.conflict');
      await two.remove('prod', 1);
      expect(await one.get('prod')).toBeUndefined();
      expect(await one.list()).toEqual([]);
      expect(await code(one.remove('prod'))).toBe('cluster.unknown');
      expect(await code(one.save(definition('prod'), 1))).toBe('cluster.unknown');
      await one.rebuild();
      expect(await two.list()).toEqual([]);
      expect((await one.save(definition('prod'), 'new')).version).toBe(3);
    });

    it('moves no cluster to another store', async () => {
      const registry = newProcess();
      await registry.save(definition('prod'));
      const moved = definition('prod', { store: 'other' });
      expect(await code(registry.save(moved))).toBe('cluster.other-store');
      expect(await code(registry.save(moved, 'new'))).toBe('cluster.exists');
      expect(await code(registry.save(definition('prod', { store: 'mian' })))).toBe('store.unknown');
      await registry.remove('prod');
      expect((await registry.save(moved, 'new')).store).toBe('other');
    });
  });

  describe('a cluster of the configuration file', () => {
    const { clusters } = configurationFrom({
      stores: { main: { url: '/x' } },
      clusters: { prod: { store: 'main', endpoints: ['file:2379'] } },
    });

    it('is there without Redis and stores, and cannot be changed here', async () => {
      const registry = newProcess({ clusters });
      await server.kill();
      expect(await registry.get('prod')).toMatchObject({ origin: 'configuration', version: 0 });
      expect(await code(registry.save(definition('prod')))).toBe('cluster.in-configuration');
      expect(await code(registry.remove('prod'))).toBe('cluster.in-configuration');
      await server.restart();
    });

    it('counts before one of the same name in a store, which is told', async () => {
      await newProcess().save(definition('prod'));
      const registry = newProcess({ clusters });
      const problems = await registry.rebuild();
      expect(problems.map(({ kind, store, cluster }) => [kind, store, cluster])).toEqual([
        ['shadowed', 'main', 'prod'],
      ]);
      expect(await namesIn(registry)).toEqual(['main/prod@0']);
      expect((await registry.get('prod'))?.endpoints).toEqual(['file:2379']);
    });
  });

  it('tells of a name that two stores have, and takes that of the first', async () => {
    await newProcess({ stores: [main.config('main')] }).save(definition('prod'));
    await newProcess({ stores: [other.config('other')] }).save(definition('prod', { store: 'other' }));
    const registry = newProcess();
    expect((await registry.rebuild()).map(({ kind, store }) => [kind, store])).toEqual([
      ['duplicate', 'other'],
    ]);
    expect(await namesIn(registry)).toEqual(['main/prod@1']);
    expect((await registry.get('prod'))?.store).toBe('main');
  });

  describe('when Redis', () => {
    it('was emptied, everybody reads the stores again', async () => {
      const registry = newProcess();
      for (const name of ['a', 'b', 'c']) await registry.save(definition(name));
      await registry.remove('b');
      await redis.client.flushall();
      expect(await namesIn(newProcess())).toEqual(['main/a@1', 'main/c@1']);
      expect(await namesIn(registry)).toEqual(['main/a@1', 'main/c@1']);
      expect(await registry.get('b')).toBeUndefined();
    });

    it('is away, what is known counts, changes are stored, and it is told of them later', async () => {
      const [one, two] = [newProcess(), newProcess()];
      await one.save(definition('a'));
      await one.list();
      await server.kill();
      expect(await one.get('a')).toMatchObject({ version: 1 });
      expect((await one.save(definition('a', { proof: 'none' }), 1)).version).toBe(2);
      await one.save(definition('b'));
      expect(await namesIn(one)).toEqual(['main/a@2', 'main/b@1']);
      expect(warnings).toContainEqual(expect.stringContaining('told later'));
      // A process that has read nothing yet asks the stores.
      expect((await two.get('a'))?.version).toBe(2);
      await server.restart();
      await one.list();
      expect((await newProcess().get('a'))?.proof).toBe('none');
      expect(await namesIn(two)).toEqual(['main/a@2', 'main/b@1']);
    });

    it('has a newer definition than who brings an older one, the newer one stays', async () => {
      const registry = newProcess();
      await registry.save(definition('a'));
      const copy = redisCopy(redis);
      const [old] = (await copy.all([])).entries;
      await registry.save(definition('a', { proof: 'none' }));
      await copy.put(old!);
      await copy.exchange(old!, undefined);
      expect((await registry.get('a'))?.version).toBe(2);
    });
  });

  describe('when a store', () => {
    it('is out of reach, its clusters stay as they were, it is told, and it is read when it is back', async () => {
      await newProcess().save(definition('a'));
      await newProcess().save(definition('b', { store: 'other' }));
      await rename(main.at('store'), main.at('away'));
      const registry = newProcess();
      const problems = await registry.rebuild();
      expect(problems.map(({ kind, store }) => [kind, store])).toEqual([['unreachable', 'main']]);
      expect(await namesIn(registry)).toEqual(['main/a@1', 'other/b@1']);
      expect(await registry.get('a')).toMatchObject({ name: 'a' });
      expect(await code(registry.save(definition('a')))).toBe('storage.missing');
      await rename(main.at('away'), main.at('store'));
      expect(await registry.rebuild()).toEqual([]);
      expect((await registry.save(definition('a'), 1)).version).toBe(2);
    });

    it('was put back to what it was before, that counts', async () => {
      const [one, two] = [newProcess(), newProcess()];
      await one.save(definition('a'));
      await cp(main.at('store'), main.at('before'), { recursive: true });
      await one.save(definition('a', { proof: 'none' }));
      await one.save(definition('b'));
      expect(await namesIn(two)).toEqual(['main/a@2', 'main/b@1']);
      await rm(main.at('store'), { recursive: true });
      await rename(main.at('before'), main.at('store'));
      const later = newProcess();
      await later.rebuild();
      for (const registry of [later, one, two]) expect(await namesIn(registry)).toEqual(['main/a@1']);
    });

    it('has many clusters, all are read', async () => {
      const registry = newProcess();
      const names = Array.from({ length: 40 }, (_, index) => `c${String(index).padStart(2, '0')}`);
      await Promise.all(names.map((name) => registry.save(definition(name))));
      await redis.client.flushall();
      expect((await newProcess().list()).map(({ name }) => name)).toEqual(names);
    });
  });

  describe('a definition that was signed by nobody who may', () => {
    const evil = definition('prod', {
      endpoints: ['evil.example.net:2379'],
      auth: { user: 'root', passwordFile: 'other-team/password' },
    });

    async function writeAs(cluster: string, what: Parameters<typeof writeDefinition>[2]): Promise<void> {
      const storage = await openStorage(main.at('store'));
      const ring = credentialRing(issueWriterCredential(main.bundle, cluster));
      const own = clusterByName(await openStore(storage), ring, cluster);
      await writeDefinition(own, cluster, what, new Date());
      await storage.close();
    }

    it('because its key is of one cluster, is not followed, and told; a whole key can write over it', async () => {
      const ring = credentialRing(issueWriterCredential(main.bundle, 'prod'));
      await writeAs('prod', { definition: sealDefinition(ring, 'prod', evil) });
      const registry = newProcess();
      expect(await registry.rebuild()).toEqual([
        expect.objectContaining({ kind: 'unreadable', store: 'main', cluster: 'prod' }),
      ]);
      expect(await registry.get('prod')).toBeUndefined();
      expect(await registry.list()).toEqual([]);
      expect((await registry.save(definition('prod'), 'new')).version).toBe(2);
      expect((await registry.get('prod'))?.endpoints).toEqual([ENDPOINT]);
    });

    it('because it is another definition of the store, moved, is not followed', async () => {
      const registry = newProcess();
      await registry.save(definition('test'));
      const [entry] = (await redisCopy(redis).all([])).entries;
      await writeAs('prod', { definition: entry!.sealed });
      await registry.rebuild();
      expect(await namesIn(registry)).toEqual(['main/test@1']);
    });

    it('because it was put into Redis, is not followed', async () => {
      const registry = newProcess();
      await registry.save(definition('prod'));
      const ring = credentialRing(issueWriterCredential(other.bundle));
      for (const sealed of [
        sealDefinition(ring, 'prod', evil),
        { v: 1, epoch: 1, text: JSON.stringify(evil), store: '', cluster: '' },
        evil,
        'x',
      ]) {
        await redis.client.hset(
          keys.registry(redis.prefix),
          'main/prod',
          JSON.stringify({ version: 9, sealed }),
        );
        expect(await registry.get('prod')).toBeUndefined();
        expect(await registry.list()).toEqual([]);
        expect(registry.problems()).toHaveLength(1);
      }
      await redis.client.hset(keys.registry(redis.prefix), 'main/prod', 'garbage', 'garbage', 'x');
      await registry.rebuild();
      expect((await registry.get('prod'))?.endpoints).toEqual([ENDPOINT]);
    });

    it('can take its own cluster away', async () => {
      const registry = newProcess();
      await registry.save(definition('prod'));
      await registry.save(definition('test'));
      await writeAs('prod', 'removed');
      await registry.rebuild();
      expect(await namesIn(registry)).toEqual(['main/test@1']);
    });
  });

  it('does with a key of one cluster what concerns that cluster', async () => {
    const writerKeyFile = await main.writeKey('prod-key', 'writer', 'prod');
    const narrow = newProcess({ stores: [main.config('main', { writerKeyFile })] });
    expect((await narrow.save(definition('prod'), 'new')).version).toBe(1);
    expect(await narrow.get('prod')).toMatchObject({ version: 1 });
    expect(await code(narrow.save(definition('test')))).toBe('key.wrong-cluster');
    await newProcess().save(definition('wide'));
    expect(await namesIn(narrow)).toEqual(['main/prod@1']);
  });

  it('takes the key of an owner, where there is no writer’s', async () => {
    const owner = newProcess({ stores: [main.config('main', { identityFile: main.at('identity') })] });
    await owner.save(definition('prod'));
    expect(await newProcess().get('prod')).toMatchObject({ version: 1 });
    // Without the store its keys cannot be had: what is in Redis is shown, but not used.
    rmSync(main.at('store'), { recursive: true });
    const later = newProcess({ stores: [main.config('main', { identityFile: main.at('identity') })] });
    expect(await namesIn(later)).toEqual(['main/prod@1']);
    expect(await code(later.get('prod'))).toBe('storage.missing');
  });
});

/** All that is in the files below a folder. */
function textsIn(folder: string): string {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((name) => path.join(folder, name))
    .filter((file) => statSync(file).isFile())
    .map((file) => readFileSync(file, 'latin1'))
    .join('\n');
}
