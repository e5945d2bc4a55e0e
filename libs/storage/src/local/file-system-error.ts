import { StorageError, type StorageErrorCode } from '../storage-error.ts';
import { systemCode } from './system-code.ts';

interface Meaning {
  readonly code: StorageErrorCode;
  readonly says: string;
  readonly advice: string;
  readonly retryable?: boolean;
}

const full = {
  code: 'storage.full',
  advice: 'Free some space there, or move the store to a larger disk, and run the same again.',
} as const;

const denied: Meaning = {
  code: 'storage.denied',
  says: 'the permission is missing',
  advice: 'Run as the user who owns the store, or give this user the right to it.',
};

const failing: Meaning = {
  code: 'storage.io',
  says: 'the disk or its file system reported a fault',
  advice: "Look at the kernel's log and the state of the disk, then run check on the store.",
};

const misplaced: Meaning = {
  code: 'storage.not-an-object',
  says: 'there is something of another kind in its place',
  advice: 'Look at what lies there: only this program should put files into a store.',
};

/** Retrying helps: the server is restarting, or the path has to be looked up anew. */
const unreachable = {
  code: 'storage.unreachable',
  advice: 'See whether the file server is up and the folder still mounted.',
  retryable: true,
} as const;

const busy = {
  code: 'storage.busy',
  advice: 'Run it again when less is going on, or raise the limit (ulimit -n for open files).',
  retryable: true,
} as const;

/**
 * EIO is not retried: after a failed flush the kernel may call the next one good although the bytes are lost.
 */
const meanings: Readonly<Record<string, Meaning>> = {
  ENOSPC: { ...full, says: 'no space is left on the disk' },
  EDQUOT: { ...full, says: 'the quota is used up' },
  EFBIG: {
    code: 'storage.too-large',
    says: 'the file would be larger than the file system or a limit of this process allows',
    advice: 'Raise the limit (ulimit -f), or use a file system that takes larger files.',
  },
  EROFS: {
    code: 'storage.read-only',
    says: 'the file system is read-only',
    advice: 'Mount it writable; if it became read-only by itself, look for a disk fault first.',
  },
  EACCES: denied,
  EPERM: denied,
  EIO: failing,
  EREMOTEIO: failing,
  EUCLEAN: failing,
  ENAMETOOLONG: {
    code: 'storage.name-too-long',
    says: 'the path is longer than the file system allows',
    advice: 'Put the store into a folder with a shorter path.',
  },
  ELOOP: misplaced,
  EISDIR: misplaced,
  ENOTDIR: misplaced,
  ENXIO: misplaced,
  EXDEV: {
    code: 'storage.io',
    says: 'a part of the store is on another file system',
    advice: 'Keep the whole store, with its .tmp folder, on one file system and in one mount.',
  },
  ESTALE: { ...unreachable, says: 'the file server no longer knows the file (stale handle)' },
  ETIMEDOUT: { ...unreachable, says: 'the file server did not answer in time' },
  EHOSTDOWN: { ...unreachable, says: 'the file server is down' },
  EHOSTUNREACH: { ...unreachable, says: 'the file server cannot be reached' },
  ENETDOWN: { ...unreachable, says: 'the network is down' },
  ENETUNREACH: { ...unreachable, says: 'the network of the file server cannot be reached' },
  ECONNRESET: { ...unreachable, says: 'the file server cut the connection' },
  ENOTCONN: { ...unreachable, says: 'the mount lost its connection' },
  EMFILE: { ...busy, says: 'this process has too many files open' },
  ENFILE: { ...busy, says: 'the machine has too many files open' },
  ENOMEM: { ...busy, says: 'the kernel is short of memory' },
  EAGAIN: { ...busy, says: 'the file system is busy' },
  EBUSY: { ...busy, says: 'the file system is busy' },
  EINTR: { ...busy, says: 'the call was interrupted' },
};

/**
 * What a failed system call means for whoever uses the storage. Errors that already say it, aborts and mistakes
 * of this program pass through as they are.
 *
 * @param doing what was tried, as it reads after "could not": `put kloset.json`
 */
export function fromFileSystem(error: unknown, doing: string, url: string): unknown {
  const system = systemCode(error);
  if (system === undefined) return error;
  const meaning = meanings[system] ?? { ...failing, says: `the file system answered ${system}` };
  return new StorageError(meaning.code, `Could not ${doing} in ${url}: ${meaning.says}.`, {
    advice: meaning.advice,
    retryable: meaning.retryable ?? false,
    context: { system },
    cause: error,
  });
}
