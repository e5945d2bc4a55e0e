export {
  type ByteRange,
  type GetOptions,
  type ObjectInfo,
  type RequestOptions,
  type Storage,
  type StorageCapabilities,
} from './storage.ts';
export { StorageError, type StorageErrorCode, isStorageError } from './storage-error.ts';
export { assertObjectName, assertPrefix } from './object-name.ts';
export { type OpenOptions, openStorage } from './open-storage.ts';
export { redactUrl } from './redact-url.ts';
export { type RetriedFailure, type RetryPolicy } from './retrying.ts';
export { withRetry } from './with-retry.ts';
export { type CountingStorage, type StorageCounts, countingStorage } from './counting-storage.ts';
