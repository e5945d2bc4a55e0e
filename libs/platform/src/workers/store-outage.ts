import { KlosetError } from '@etcd-kloset/errors';
import { isStorageError, type StorageErrorCode } from '@etcd-kloset/storage';
import { PlatformError } from '../errors.ts';

/** What may pass without a change to the configuration: a full or failing disk, a server that is away. */
const PASSING: readonly StorageErrorCode[] = [
  'storage.missing',
  'storage.full',
  'storage.read-only',
  'storage.denied',
  'storage.io',
  'storage.unreachable',
  'storage.busy',
];

/**
 * Whether a store is out of order for now. Somebody at a terminal is told at once that a disk is full; a queue waits
 * until somebody has made room.
 */
export function isStoreOutage(error: unknown): boolean {
  if (error instanceof PlatformError) return error.code === 'store.hangs';
  return isStorageError(error) && (error.retryable || PASSING.includes(error.code));
}

/** The same error for a queue: worth another try until `deadline`, final afterwards. */
export function outageError(error: unknown, deadline: number, now = Date.now()): unknown {
  if (!(error instanceof KlosetError) || !isStoreOutage(error)) return error;
  const { code, message, advice, context } = error as KlosetError;
  return new KlosetError(code, message, { advice, context, retryable: now < deadline, cause: error.cause });
}
