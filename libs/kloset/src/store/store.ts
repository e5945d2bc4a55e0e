import { StorageError, type Storage } from '@etcd-kloset/storage';
import { KlosetStoreError } from '../errors.ts';
import { CLUSTERS_PREFIX, STORE_FILE } from '../format/names.ts';
import { FORMAT_VERSION, SUITE } from '../objects/header.ts';
import { decodeStoreFile, encodeStoreFile, type StoreFile } from './store-file.ts';

/** A store that was opened; nothing of it was unlocked yet. */
export interface Store {
  readonly storage: Storage;
  /** 32 hex digits. */
  readonly id: string;
  readonly created: string;
}

/** A key file, sealed to one recipient or passphrase, and its name in the store. */
export interface KeyFile {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/**
 * Makes a store: the key files first, `kloset.json` last, so that a store never exists without a key.
 *
 * Of several who make one in the same place one wins; the others take their key files away again.
 * @throws `store.exists`
 */
export async function createStore(
  storage: Storage,
  id: string,
  keyFiles: readonly KeyFile[],
  now = new Date(),
): Promise<Store> {
  if ((await storage.stat(STORE_FILE)) !== undefined) throw exists(storage.url);
  for await (const object of storage.list('')) {
    if (object.name.startsWith(CLUSTERS_PREFIX)) throw exists(storage.url);
  }
  for (const file of keyFiles) await storage.put(file.name, file.bytes);
  const file: StoreFile = { format: FORMAT_VERSION, suite: SUITE, store: id, created: now.toISOString() };
  const bytes = encodeStoreFile(file);
  // A put that was tried again after its answer was lost finds our own file.
  if ((await storage.put(STORE_FILE, bytes)) === 'exists' && !(await storage.get(STORE_FILE)).equals(bytes)) {
    for (const { name } of keyFiles) await storage.delete(name);
    throw exists(storage.url);
  }
  return { storage, id, created: file.created };
}

/** @throws `store.not-a-store`, `store.newer-format`, `object.rotten` */
export async function openStore(storage: Storage): Promise<Store> {
  let bytes: Uint8Array;
  try {
    bytes = await storage.get(STORE_FILE, undefined, { maxBytes: 65_536 });
  } catch (error) {
    if (error instanceof StorageError && error.code === 'storage.not-found')
      throw notAStore(storage.url, error);
    throw error;
  }
  const file = decodeStoreFile(bytes, storage.url);
  return { storage, id: file.store, created: file.created };
}

function exists(url: string): KlosetStoreError {
  return new KlosetStoreError('store.exists', `there is a store in ${url} already`, {
    advice: 'Use it as it is, or give an empty place for a new one.',
  });
}

function notAStore(url: string, cause: unknown): KlosetStoreError {
  return new KlosetStoreError('store.not-a-store', `${url} is not a store: it has no kloset.json`, {
    advice: 'Check the address, or make a store there with `etcd-kloset init`.',
    cause,
  });
}
