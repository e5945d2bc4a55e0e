import assert from 'node:assert/strict';
import { type ObjectInfo, type Storage, type StorageCapabilities } from '../storage.ts';
import { type StorageErrorCode, isStorageError } from '../storage-error.ts';

/** An empty place on a real server or disk, for one check. */
export interface StoragePlace {
  /** Opens the place as one more client. The suite closes what it opens. */
  open(): Promise<Storage>;
  /** How another process finds it: what it gives to `openStorage`, and the environment that it needs for that. */
  readonly address: { readonly url: string; readonly env?: Readonly<Record<string, string>> };
  /** The permission bits of an object; needed of backends that claim `readOnlyObjects`. */
  readonly modeOf?: (name: string) => Promise<number>;
  remove(): Promise<void>;
}

export type PlaceFactory = () => Promise<StoragePlace>;

export interface Check {
  /** A sentence about what a storage does. */
  readonly title: string;
  /** Without one of these the check does not apply. */
  readonly needs?: readonly (keyof StorageCapabilities)[];
  run(context: CheckContext): Promise<void>;
}

export interface CheckContext {
  readonly place: StoragePlace;
  readonly storage: Storage;
  readonly capabilities: StorageCapabilities;
  /** One more client of the same place. */
  readonly open: () => Promise<Storage>;
}

/** Runs one check in a place of its own. Throws when the storage fails it. */
export async function runCheck(
  check: Check,
  factory: PlaceFactory,
  capabilities: StorageCapabilities,
): Promise<void> {
  const place = await factory();
  const opened: Storage[] = [];
  const open = async (): Promise<Storage> => {
    const storage = await place.open();
    opened.push(storage);
    return storage;
  };
  try {
    await check.run({ place, storage: await open(), capabilities, open });
  } finally {
    for (const storage of opened) await storage.close();
    await place.remove();
  }
}

/** Fails unless the promise rejects with a `StorageError` of this code. */
export async function rejectsWith(code: StorageErrorCode, promise: Promise<unknown>): Promise<void> {
  await assert.rejects(promise, (error: unknown) => {
    assert.ok(isStorageError(error), `expected a StorageError, not ${String(error)}`);
    assert.equal(error.code, code);
    return true;
  });
}

export async function infosOf(storage: Storage, prefix: string): Promise<ObjectInfo[]> {
  const infos: ObjectInfo[] = [];
  for await (const info of storage.list(prefix)) infos.push(info);
  return infos;
}

export async function namesOf(storage: Storage, prefix: string): Promise<string[]> {
  return (await infosOf(storage, prefix)).map(({ name }) => name);
}

/** Compares bytes without printing megabytes when they differ. */
export function assertSameBytes(actual: Uint8Array, expected: Uint8Array, of: string): void {
  assert.equal(actual.byteLength, expected.byteLength, `the length of ${of}`);
  assert.ok(Buffer.compare(actual, expected) === 0, `the bytes of ${of}`);
}
