import {
  isStorageError,
  type ObjectInfo,
  type RequestOptions,
  type Storage,
  StorageError,
  type StorageErrorCode,
} from '@etcd-kloset/storage';

/** After these nothing speaks for the connection, or the mount, being still what it was. */
const LOST: readonly StorageErrorCode[] = [
  'storage.closed',
  'storage.missing',
  'storage.not-a-folder',
  'storage.unreachable',
];

/** Until the place was opened for the first time. */
const UNKNOWN = { durableFolders: false, exclusivePut: false, readOnlyObjects: false } as const;

/**
 * A storage that is opened when it is first used, and again by whoever uses it after it was lost. Whoever holds it
 * keeps it for as long as they like.
 *
 * @param url for messages
 * @param onCloseFailed told when one that was lost cannot even be closed
 */
export function reopeningStorage(
  url: string,
  open: () => Promise<Storage>,
  onCloseFailed: (error: unknown) => void,
): Storage {
  let opening: Promise<Storage> | undefined;
  let opened: Storage | undefined;
  let isClosed = false;
  /** Requests that are on their way to a storage: who closes it waits for them. */
  const underWay = new Set<Promise<unknown>>();

  async function current(): Promise<Storage> {
    if (isClosed) throw new StorageError('storage.closed', `The store ${url} is closed.`);
    const mine = (opening ??= open());
    try {
      return (opened = await mine);
    } catch (error) {
      if (opening === mine) opening = undefined;
      throw error;
    }
  }

  function note(storage: Storage, error: unknown): void {
    if (isClosed || opened !== storage || !isStorageError(error) || !LOST.includes(error.code)) return;
    opening = opened = undefined;
    // It waits for what is under way there; nobody else waits for that.
    storage.close().catch(onCloseFailed);
  }

  async function use<T>(request: (storage: Storage) => Promise<T>): Promise<T> {
    const storage = await current();
    try {
      return await request(storage);
    } catch (error) {
      note(storage, error);
      throw error;
    }
  }

  async function tracked<T>(request: (storage: Storage) => Promise<T>): Promise<T> {
    const used = use(request);
    underWay.add(used);
    try {
      return await used;
    } finally {
      underWay.delete(used);
    }
  }

  async function* list(prefix: string, options?: RequestOptions): AsyncGenerator<ObjectInfo> {
    const storage = await current();
    try {
      yield* storage.list(prefix, options);
    } catch (error) {
      note(storage, error);
      throw error;
    }
  }

  return {
    get url() {
      return opened?.url ?? url;
    },
    get capabilities() {
      return opened?.capabilities ?? UNKNOWN;
    },
    put: (name, parts, options) => tracked((storage) => storage.put(name, parts, options)),
    get: (name, range, options) => tracked((storage) => storage.get(name, range, options)),
    stat: (name, options) => tracked((storage) => storage.stat(name, options)),
    list,
    folders: (prefix, options) => tracked((storage) => storage.folders(prefix, options)),
    delete: (name, options) => tracked((storage) => storage.delete(name, options)),
    now: () => tracked((storage) => storage.now()),
    async close() {
      isClosed = true;
      await Promise.allSettled(underWay);
      const last = opening;
      opening = opened = undefined;
      // One that cannot be opened needs no closing.
      const storage = await last?.catch(() => undefined);
      await storage?.close();
    },
  };
}
