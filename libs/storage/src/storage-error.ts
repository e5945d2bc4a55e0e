import { KlosetError } from '@etcd-kloset/errors';

export type StorageErrorCode =
  /** The address cannot be understood. */
  | 'storage.bad-url'
  /** The address has a scheme that no backend serves. */
  | 'storage.unknown-scheme'
  /** There is nothing at the address, or no longer. */
  | 'storage.missing'
  /** What is at the address is not a folder. */
  | 'storage.not-a-folder'
  /** The name or prefix is not one that every backend can keep. */
  | 'storage.bad-name'
  | 'storage.not-found'
  | 'storage.bad-range'
  /** More bytes than the caller, or the file system, takes. */
  | 'storage.too-large'
  /** A folder, a link or a device where an object should be, or an object where a folder should be. */
  | 'storage.not-an-object'
  /** The file system offers nothing that puts a file in place without overwriting. */
  | 'storage.no-hard-links'
  | 'storage.full'
  | 'storage.read-only'
  | 'storage.denied'
  | 'storage.name-too-long'
  /** The medium failed. */
  | 'storage.io'
  /** The server lost track of the file, or cannot be reached right now. */
  | 'storage.unreachable'
  /** Too much is going on at once: another try may succeed. */
  | 'storage.busy'
  /** Used after `close`. */
  | 'storage.closed';

/** Every failure of a storage. `retryable` tells `withRetry` whether to call again. */
export class StorageError extends KlosetError<StorageErrorCode> {}

export function isStorageError(error: unknown): error is StorageError {
  return error instanceof StorageError;
}
