import { chmod, cp, mkdir, rename, rm, symlink, unlink } from 'node:fs/promises';
import { clusterByName } from '@etcd-kloset/kloset';
import { type RetriedFailure } from '@etcd-kloset/storage';
import { LocalStore, storesOf } from '../spec-support/local-store.ts';
import { type StoreRequest } from './observed-storage.ts';
import { createStorePool, type StorePool, type StorePoolOptions } from './store-pool.ts';

let main: LocalStore;
let other: LocalStore;
let pool: StorePool | undefined;
let requests: StoreRequest[];
let warnings: string[];

beforeEach(async () => {
  [main, other] = await Promise.all([LocalStore.make(), LocalStore.make()]);
  requests = [];
  warnings = [];
});
afterEach(async () => {
  await pool?.close();
  pool = undefined;
  main.remove();
  other.remove();
});

function poolOf(stores: StorePoolOptions['stores'], more: Partial<StorePoolOptions> = {}): StorePool {
  return (pool = createStorePool({
    stores,
    giveUpAfterMs: 2000,
    onRequest: (request) => requests.push(request),
    onWarning: (store, sentence) => warnings.push(`${store}: ${sentence}`),
    ...more,
  }));
}

describe('a store of the pool', () => {
  it('is opened with the weakest key that does', async () => {
    const stores = poolOf(
      storesOf(main.config('main', { writerKeyFile: main.at('writer'), identityFile: main.at('identity') })),
    );
    expect((await stores.open('main', 'read')).ring.role).toBe('writer');
    expect((await stores.open('main', 'backup')).ring.role).toBe('writer');
    const { ring, store, storage } = await stores.open('main', 'decrypt');
    expect(ring.role).toBe('owner');
    expect(store.id).toBe(main.bundle.store);
    expect(store.storage).toBe(storage);
  });

  it('is backed up into with the key of an owner where there is no other', async () => {
    const stores = poolOf(storesOf(main.config('main', { identityFile: main.at('identity') })));
    expect((await stores.open('main', 'backup')).ring.role).toBe('owner');
    expect(stores.can('main', 'decrypt')).toBe(true);
  });

  it('says that the key of an owner is needed where it is not configured', async () => {
    const stores = poolOf(storesOf(main.config('main')));
    expect([stores.can('main', 'read'), stores.can('main', 'decrypt')]).toEqual([true, false]);
    await expect(stores.open('main', 'decrypt')).rejects.toMatchObject({
      code: 'key.needs-owner',
      message: expect.stringContaining('store main') as unknown,
      advice: expect.stringContaining('stores.main.identityFile') as unknown,
    });
  });

  it('can be used without a key, but not opened', async () => {
    const stores = poolOf(storesOf(main.config('main', {})));
    const { storage, id } = await stores.openWithoutKey('main');
    expect(id).toBe(main.bundle.store);
    expect(await storage.put('clusters/x/y', Buffer.from('z'))).toBe('created');
    expect(storage.capabilities.exclusivePut).toBe(true);
    await expect(stores.open('main', 'read')).rejects.toMatchObject({ code: 'store.no-key' });
  });

  it('is opened once, however many want it at the same time', async () => {
    const stores = poolOf(storesOf(main.config('main')));
    const opened = await Promise.all(Array.from({ length: 20 }, () => stores.open('main', 'backup')));
    await stores.open('main', 'read');
    expect(new Set(opened.map(({ ring }) => ring)).size).toBe(1);
    expect(requests.filter(({ operation }) => operation === 'get')).toHaveLength(1);
  });

  it('is not to be had by a name that is not configured', async () => {
    const stores = poolOf(storesOf(main.config('main')));
    for (const name of ['mian', 'constructor']) {
      await expect(stores.open(name, 'read')).rejects.toMatchObject({ code: 'store.unknown' });
      expect(() => stores.config(name)).toThrow('There is no store');
    }
  });
});

describe('a key', () => {
  it('that is wrong, or missing, fails its own store alone, and is read again when it was replaced', async () => {
    const stores = poolOf(
      storesOf(
        main.config('sound'),
        main.config('other', { writerKeyFile: other.at('writer') }),
        main.config('missing', { writerKeyFile: main.at('later') }),
        main.config('kind', { writerKeyFile: await main.writeKey('keeper', 'keeper') }),
        main.config('owner', { identityFile: other.at('identity') }),
      ),
    );
    const failures = ['other', 'missing', 'kind', 'owner'].map(async (name) => {
      const error: unknown = await stores.open(name, 'read').catch((each: unknown) => each);
      return (error as { code: string }).code;
    });
    expect(await Promise.all(failures)).toEqual([
      'key.wrong-store',
      'key.file-failed',
      'key.wrong-kind',
      'key.wrong-identity',
    ]);
    expect((await stores.open('sound', 'read')).ring.role).toBe('writer');

    await main.writeKey('later');
    await main.writeKey('keeper');
    expect((await stores.open('missing', 'read')).ring.role).toBe('writer');
    expect((await stores.open('kind', 'backup')).ring.role).toBe('writer');
  });

  it('that was replaced counts from the next time on', async () => {
    const stores = poolOf(storesOf(main.config('main')));
    const { ring } = await stores.open('main', 'backup');
    expect(ring.clusterOnly).toBeUndefined();
    await main.writeKey('writer', 'writer', 'prod');
    const { ring: narrower } = await stores.open('main', 'backup');
    expect(narrower.clusterOnly?.name).toBe('prod');
    await unlink(main.at('writer'));
    await expect(stores.open('main', 'backup')).rejects.toMatchObject({ code: 'key.file-failed' });
  });

  it('that others can read is used, and told once', async () => {
    await main.writeKey('open');

    await chmod(main.at('open'), 0o644);
    const stores = poolOf(storesOf(main.config('main', { writerKeyFile: main.at('open') })));
    await stores.open('main', 'read');
    await main.writeKey('open');
    await chmod(main.at('open'), 0o644);
    await stores.open('main', 'read');
    expect(warnings).toEqual([expect.stringMatching(/^main: .*open to others.*chmod 600/)]);
  });

  it('of a writer is there also while its store is not', async () => {
    const stores = poolOf(
      storesOf(main.config('writer'), main.config('owner', { identityFile: main.at('identity') })),
    );
    await rename(main.at('store'), main.at('away'));
    expect((await stores.keyOf('writer')).store).toBe(main.bundle.store);
    await expect(stores.keyOf('owner')).rejects.toMatchObject({ code: 'storage.missing' });
    await rename(main.at('away'), main.at('store'));
    expect((await stores.keyOf('owner')).role).toBe('owner');
  });
});

describe('a store that goes and comes', () => {
  it('before it was ever opened is opened when it is there', async () => {
    await rename(main.at('store'), main.at('away'));
    const stores = poolOf(storesOf(main.config('main'), other.config('other')));
    await expect(stores.open('main', 'read')).rejects.toMatchObject({ code: 'storage.missing' });
    expect((await stores.open('other', 'read')).store.id).toBe(other.bundle.store);
    await rename(main.at('away'), main.at('store'));
    expect((await stores.open('main', 'read')).store.id).toBe(main.bundle.store);
  });

  it('works again for whoever held it, also when it is mounted anew', async () => {
    const stores = poolOf(storesOf(main.config('main')));
    const { store, ring, storage } = await stores.open('main', 'backup');
    const cluster = clusterByName(store, ring, 'prod');
    await storage.put(`clusters/${cluster.id}/x`, Buffer.from('1'));
    await rename(main.at('store'), main.at('away'));
    await expect(storage.put(`clusters/${cluster.id}/y`, Buffer.from('1'))).rejects.toMatchObject({
      code: 'storage.missing',
    });
    // Another folder with the same in it, as after a mount.
    await cp(main.at('away'), main.at('store'), { recursive: true });
    expect(await storage.put(`clusters/${cluster.id}/y`, Buffer.from('1'))).toBe('created');
    expect((await storage.get(`clusters/${cluster.id}/x`)).toString()).toBe('1');
    expect((await stores.open('main', 'backup')).store.id).toBe(main.bundle.store);
  });

  it('is not used when another one has taken its place', async () => {
    const stores = poolOf(storesOf(main.config('main')));
    const { storage } = await stores.open('main', 'backup');
    await rename(main.at('store'), main.at('away'));
    await symlink(other.at('store'), main.at('store'));
    const put = () => storage.put('clusters/x', Buffer.from('1'));
    await expect(put()).rejects.toMatchObject({ code: 'storage.missing' });
    // The first one found that the folder is another, the next one which it is.
    await expect(put()).rejects.toMatchObject({ code: 'store.changed' });
    expect(await stores.health('main')).toMatchObject({ healthy: false, error: { code: 'store.changed' } });
    await rm(main.at('store'));
    await rename(main.at('away'), main.at('store'));
    expect(await put()).toBe('created');
  });
});

describe('the health of a store', () => {
  it('is good when it says what it is, and otherwise tells why', async () => {
    await mkdir(main.at('empty'));
    const stores = poolOf(
      storesOf(
        main.config('main'),
        main.config('gone', { url: main.at('nowhere') }),
        main.config('empty', { url: main.at('empty') }),
        main.config('s3', { url: 's3://bucket/x', kind: 's3' }),
      ),
    );
    expect(await stores.health('main')).toMatchObject({
      name: 'main',
      kind: 'local',
      healthy: true,
      error: undefined,
    });
    expect(await stores.health('gone')).toMatchObject({ healthy: false, error: { code: 'storage.missing' } });
    expect(await stores.health('empty')).toMatchObject({
      healthy: false,
      error: { code: 'store.not-a-store' },
    });
    expect((await stores.health('s3')).healthy).toBe(false);
  });
});

describe('requests to a store', () => {
  it('are told with their time, and with the error of those that fail', async () => {
    const stores = poolOf(storesOf(main.config('main')));
    const { storage } = await stores.openWithoutKey('main');
    requests.length = 0;
    await storage.put('clusters/x', Buffer.from('1'));
    await expect(storage.get('clusters/y')).rejects.toThrow();
    for await (const { name } of storage.list('')) if (name !== '') break;
    await expect(storage.stat('clusters/x', { signal: AbortSignal.abort() })).rejects.toThrow();
    expect(requests.map(({ store, operation }) => `${store} ${operation}`)).toEqual([
      'main put',
      'main get',
      'main list',
    ]);
    expect(requests.map(({ error }) => (error as { code: string } | undefined)?.code)).toEqual([
      undefined,
      'storage.not-found',
      undefined,
    ]);
    for (const { ms } of requests) expect(ms).toBeGreaterThanOrEqual(0);
  });

  it('after the pool was closed fail', async () => {
    const retries: RetriedFailure[] = [];
    const stores = poolOf(storesOf(main.config('main')), { onRetry: (_, failure) => retries.push(failure) });
    const { storage } = await stores.openWithoutKey('main');
    await stores.close();
    await expect(storage.stat('x')).rejects.toMatchObject({ code: 'storage.closed' });
    expect(retries).toEqual([]);
  });
});
