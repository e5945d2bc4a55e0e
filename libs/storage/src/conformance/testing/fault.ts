import { infosOf } from '../check.ts';
import { StorageError } from '../../storage-error.ts';
import { type ObjectInfo, type Storage } from '../../storage.ts';
import { type LocalPlace } from '../../local/testing/local-place.ts';

/** Something that a storage can do wrong and that the suite must find. */
export interface Fault {
  /** What the broken storage does wrong. */
  readonly does: string;
  /** A part of the title of a check that must find it. */
  readonly foundBy: string;
  readonly broken: (storage: Storage, place: LocalPlace) => Storage;
}

export const claimed = { durableFolders: true, exclusivePut: true, readOnlyObjects: true };

export const notFound = (): StorageError => new StorageError('storage.not-found', 'It is not there.');

/** The bytes of all parts. */
export function join(parts: Uint8Array | readonly Uint8Array[]): Buffer {
  return Buffer.concat(parts instanceof Uint8Array ? [parts] : parts);
}

/** The same storage, whose listings are tampered with. */
export function listing(
  storage: Storage,
  change: (infos: ObjectInfo[], prefix: string) => Iterable<ObjectInfo> | Promise<Iterable<ObjectInfo>>,
): Storage {
  return {
    ...storage,
    async *list(prefix, options) {
      options?.signal?.throwIfAborted();
      yield* await change(await infosOf(storage, prefix), prefix);
    },
  };
}
