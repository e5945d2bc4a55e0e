import { type Storage } from './storage.ts';

/** What has been asked of a storage since it was wrapped. */
export interface StorageCounts {
  put: number;
  get: number;
  stat: number;
  /** Listings of objects and of folders. */
  list: number;
  delete: number;
  now: number;
  /** Objects that listings gave. */
  listed: number;
  /** Bytes handed to `put`, whether or not the object was there already. */
  bytesPut: number;
  /** Bytes that `get` gave. */
  bytesGot: number;
}

export interface CountingStorage extends Storage {
  readonly counts: Readonly<StorageCounts>;
}

/** The same storage, counting: for tests and benches that say how many requests a piece of work costs. */
export function countingStorage(storage: Storage): CountingStorage {
  const counts: StorageCounts = {
    put: 0,
    get: 0,
    stat: 0,
    list: 0,
    delete: 0,
    now: 0,
    listed: 0,
    bytesPut: 0,
    bytesGot: 0,
  };

  return {
    url: storage.url,
    capabilities: storage.capabilities,
    counts,

    async put(name, parts, options) {
      counts.put += 1;
      for (const part of parts instanceof Uint8Array ? [parts] : parts) counts.bytesPut += part.byteLength;
      return storage.put(name, parts, options);
    },

    async get(name, range, options) {
      counts.get += 1;
      const bytes = await storage.get(name, range, options);
      counts.bytesGot += bytes.byteLength;
      return bytes;
    },

    async stat(name, options) {
      counts.stat += 1;
      return storage.stat(name, options);
    },

    async *list(prefix, options) {
      counts.list += 1;
      for await (const info of storage.list(prefix, options)) {
        counts.listed += 1;
        yield info;
      }
    },

    async folders(prefix, options) {
      counts.list += 1;
      return storage.folders(prefix, options);
    },

    async delete(name, options) {
      counts.delete += 1;
      await storage.delete(name, options);
    },

    async now() {
      counts.now += 1;
      return storage.now();
    },

    close: () => storage.close(),
  };
}
