import { type Storage } from '@etcd-kloset/storage';
import { KlosetStoreError } from '../errors.ts';
import { CLUSTERS_PREFIX, STORE_FILE } from '../format/names.ts';
import { FORMAT_VERSION, SUITE } from '../objects/header.ts';
import { getObject } from './cluster.ts';
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
 * Of several who make one in the same place one wins; the others take their key files away again, and so does
 * whoever fails, as long as it is sure that no store came of it.
 * @throws `store.exists`, StorageError
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
  const file: StoreFile = { format: FORMAT_VERSION, suite: SUITE, store: id, created: now.toISOString() };
  const bytes = encodeStoreFile(file);
  try {
    for (const { name, bytes: sealed } of keyFiles) await storage.put(name, sealed);
    // A put that was tried again after its answer was lost finds our own file.
    if ((await storage.put(STORE_FILE, bytes)) === 'exists' && !(await isStored(storage, bytes))) {
      throw exists(storage.url);
    }
  } catch (error) {
    await takeBack(storage, keyFiles, bytes);
    throw error;
  }
  return { storage, id, created: file.created };
}

/** Whether `kloset.json` is there with these bytes. */
async function isStored(storage: Storage, bytes: Uint8Array): Promise<boolean> {
  if ((await storage.stat(STORE_FILE)) === undefined) return false;
  return (await readStoreFile(storage)).equals(bytes);
}

/**
 * Removes the key files of a store that was not made, as far as that can be done: why it was not made is what the
 * caller is told. They stay where the store may have been made all the same, its answer lost: it would be without keys.
 */
async function takeBack(storage: Storage, keyFiles: readonly KeyFile[], bytes: Uint8Array): Promise<void> {
  try {
    if (await isStored(storage, bytes)) return;
    for (const { name } of keyFiles) await storage.delete(name);
  } catch {
    // What is left opens nothing: `keys remove` does not count on it.
  }
}

function readStoreFile(storage: Storage): Promise<Buffer> {
  return getObject({ storage }, STORE_FILE, 65_536);
}

/** @throws `store.not-a-store`, `store.newer-format`, `object.rotten` */
export async function openStore(storage: Storage): Promise<Store> {
  let bytes: Uint8Array;
  try {
    bytes = await readStoreFile(storage);
  } catch (error) {
    if (error instanceof KlosetStoreError && error.code === 'object.missing')
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
