import { type ObjectInfo, type RequestOptions, type Storage } from '@etcd-kloset/storage';

export type StoreOperation = 'put' | 'get' | 'stat' | 'list' | 'folders' | 'delete' | 'now';

/** One request to a store that has ended. */
export interface StoreRequest {
  readonly store: string;
  readonly operation: StoreOperation;
  /** Of a listing: without the time that its reader took. */
  readonly ms: number;
  /** Why it failed. */
  readonly error?: unknown;
}

type Tell = (operation: StoreOperation, ms: number, error?: unknown) => void;

/** The same storage, telling of each request. One that was aborted is not told: it says nothing about the store. */
export function observedStorage(storage: Storage, tell: Tell): Storage {
  async function timed<T>(
    operation: StoreOperation,
    options: RequestOptions | undefined,
    request: () => Promise<T>,
  ): Promise<T> {
    const began = performance.now();
    try {
      const result = await request();
      tell(operation, performance.now() - began);
      return result;
    } catch (error) {
      if (options?.signal?.aborted !== true) tell(operation, performance.now() - began, error);
      throw error;
    }
  }

  async function* list(prefix: string, options?: RequestOptions): AsyncGenerator<ObjectInfo> {
    const objects = storage.list(prefix, options)[Symbol.asyncIterator]();
    let ms = 0;
    const state = { failed: false };
    const next = async (): Promise<IteratorResult<ObjectInfo>> => {
      const began = performance.now();
      try {
        return await objects.next();
      } catch (error) {
        state.failed = true;
        if (options?.signal?.aborted !== true) tell('list', ms + performance.now() - began, error);
        throw error;
      } finally {
        ms += performance.now() - began;
      }
    };
    try {
      for (let step = await next(); step.done !== true; step = await next()) yield step.value;
    } finally {
      // Also when its reader has seen enough.
      if (!state.failed) {
        tell('list', ms);
        await objects.return?.();
      }
    }
  }

  return {
    get url() {
      return storage.url;
    },
    get capabilities() {
      return storage.capabilities;
    },
    put: (name, parts, options) => timed('put', options, () => storage.put(name, parts, options)),
    get: (name, range, options) => timed('get', options, () => storage.get(name, range, options)),
    stat: (name, options) => timed('stat', options, () => storage.stat(name, options)),
    list,
    folders: (prefix, options) => timed('folders', options, () => storage.folders(prefix, options)),
    delete: (name, options) => timed('delete', options, () => storage.delete(name, options)),
    now: () => timed('now', undefined, () => storage.now()),
    close: () => storage.close(),
  };
}
