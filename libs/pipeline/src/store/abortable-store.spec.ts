import { listCluster } from '@etcd-kloset/kloset';
import { type RequestOptions, type Storage } from '@etcd-kloset/storage';
import { boundStorage, makeTestStore, type TestStore } from '../spec-support/test-store.ts';
import { abortableCluster, abortableStore } from './abortable-store.ts';

const reason = new Error('told to stop');
const NAME = `clusters/${'a'.repeat(32)}/chunks/${'b'.repeat(64)}`;

let test: TestStore;
beforeEach(async () => (test = await makeTestStore()));
afterEach(() => test.remove());

describe('a store with a signal', () => {
  it('is the store, while the signal stays away', async () => {
    const { signal } = new AbortController();
    const { storage } = abortableStore(test.cluster.store, signal);
    expect(await storage.put(NAME, Buffer.from('x'))).toBe('created');
    expect((await storage.get(NAME)).toString()).toBe('x');
    expect((await storage.get(NAME, { offset: 0, length: 1 }, { maxBytes: 1 })).toString()).toBe('x');
    expect((await storage.stat(NAME))?.size).toBe(1);
    expect(await storage.folders('clusters/')).toEqual(['a'.repeat(32)]);
    expect(Math.abs((await storage.now()).getTime() - Date.now())).toBeLessThan(60_000);
    const names: string[] = [];
    for await (const { name } of storage.list('clusters/')) names.push(name);
    expect(names).toEqual([NAME]);
    await storage.delete(NAME);
    expect(await storage.stat(NAME)).toBeUndefined();
    await expect(storage.get(NAME, undefined, { maxBytes: 1 })).rejects.toMatchObject({
      code: 'storage.not-found',
    });
    expect(abortableStore(test.cluster.store, undefined)).toBe(test.cluster.store);
  });

  it('refuses every request when it has come, with its reason', async () => {
    const { storage } = abortableStore(test.cluster.store, AbortSignal.abort(reason));
    const requests: Promise<unknown>[] = [
      storage.put(NAME, Buffer.from('x')),
      storage.get(NAME),
      storage.stat(NAME),
      storage.folders('clusters/'),
      storage.delete(NAME),
      storage.now(),
      listCluster(abortableCluster(test.cluster, AbortSignal.abort(reason))),
    ];
    for (const request of await Promise.allSettled(requests))
      expect(request).toEqual({ status: 'rejected', reason });
    expect(await test.storage.stat(NAME)).toBeUndefined();
  });

  it('leaves a request its own signal beside the other', async () => {
    const own = new AbortController();
    const all = new AbortController();
    const seen: (AbortSignal | undefined)[] = [];
    const watched: Storage = {
      ...boundStorage(test.storage),
      stat: (_: string, options?: RequestOptions) => {
        seen.push(options?.signal);
        return Promise.resolve(undefined);
      },
    };
    const { storage } = abortableStore({ ...test.cluster.store, storage: watched }, all.signal);
    await storage.stat(NAME);
    await storage.stat(NAME, { signal: undefined });
    await storage.stat(NAME, { signal: own.signal });
    const { signal } = new AbortController();
    await storage.stat(NAME, { signal });
    own.abort(reason);
    expect(seen.map((each) => each?.aborted)).toEqual([false, false, true, false]);
    all.abort(reason);
    expect(seen.map((each) => each?.aborted)).toEqual([true, true, true, true]);
  });
});
