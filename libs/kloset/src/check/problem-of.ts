import { isStorageError, type StorageErrorCode } from '@etcd-kloset/storage';
import { KlosetStoreError, type StoreErrorCode } from '../errors.ts';
import { type ProblemKind } from './check-types.ts';

/** What was found out about one object. */
export interface Finding {
  readonly problem: ProblemKind;
  readonly message: string;
}

const OF_STORE: Partial<Record<StoreErrorCode, ProblemKind>> = {
  'object.rotten': 'rotten',
  'object.missing': 'missing',
  'object.malformed': 'malformed',
  'object.unreadable': 'unreadable',
  'store.newer-format': 'newer-format',
  'seal.does-not-open': 'does-not-open',
  'key.epoch': 'does-not-open',
};

/** What concerns one object; any other failure of the storage ends the check, since it would hit every object. */
const OF_STORAGE: Partial<Record<StorageErrorCode, ProblemKind>> = {
  'storage.not-found': 'missing',
  'storage.too-large': 'rotten',
  'storage.bad-range': 'rotten',
  'storage.not-an-object': 'unreadable',
  'storage.io': 'unreadable',
  'storage.denied': 'unreadable',
};

/** The finding that an error stands for. An error that says nothing of one object is thrown on. */
export function problemOf(error: unknown): Finding {
  const problem =
    error instanceof KlosetStoreError
      ? OF_STORE[error.code]
      : isStorageError(error) && !error.retryable
        ? OF_STORAGE[error.code]
        : undefined;
  if (problem === undefined) throw error;
  return { problem, message: (error as Error).message };
}

/** Does what may find a problem. @returns its result, or the problem */
export async function finding<T>(work: () => Promise<T> | T): Promise<T | { readonly found: Finding }> {
  try {
    return await work();
  } catch (error) {
    return { found: problemOf(error) };
  }
}

export function isFound(value: unknown): value is { readonly found: Finding } {
  return typeof value === 'object' && value !== null && 'found' in value;
}
