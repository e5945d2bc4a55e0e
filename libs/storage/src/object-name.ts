import { StorageError } from './storage-error.ts';

/** Well below what any backend takes (S3: 1,024 bytes with its prefix; file systems: 4,096). */
const maxNameLength = 512;

/** Encrypting file systems take less than the usual 255 (eCryptfs: 143). */
const maxSegmentLength = 128;

/**
 * Lower case only, for file systems that ignore case. No dot in front: hidden names belong to the backends and
 * to file systems (`.tmp`, `.nfs0001`, `.snapshot`). No dot at the end: some servers cut it off, which would
 * make two names one.
 */
const segmentPattern = /^[a-z0-9](?:[a-z0-9._-]*[a-z0-9_-])?$/;

/** True for what may stand between two slashes of an object's name. */
export function isNameSegment(text: string): boolean {
  return text.length <= maxSegmentLength && segmentPattern.test(text);
}

/**
 * Throws `storage.bad-name` unless every backend can keep an object of this name: segments of `a-z 0-9 . _ -`
 * that start with a letter or digit and do not end with a dot, joined by single slashes, 128 bytes a segment
 * and 512 in all.
 */
export function assertObjectName(name: string): void {
  const fault = faultOf(name);
  if (fault !== undefined) {
    throw new StorageError('storage.bad-name', `${quote(name)} cannot be the name of an object: ${fault}.`);
  }
}

/** Throws `storage.bad-name` unless `prefix` is empty or an object name's beginning up to and with a slash. */
export function assertPrefix(prefix: string): void {
  if (prefix === '') return;
  const fault = prefix.endsWith('/') ? faultOf(prefix.slice(0, -1)) : 'it does not end with a slash';
  if (fault !== undefined) {
    throw new StorageError(
      'storage.bad-name',
      `${quote(prefix)} cannot be the prefix of a listing: ${fault}.`,
    );
  }
}

function faultOf(name: string): string | undefined {
  if (name === '') return 'it is empty';
  if (name.length > maxNameLength) return `it is longer than ${maxNameLength} characters`;
  for (const segment of name.split('/')) {
    if (segment === '') return 'it has an empty segment';
    if (segment.length > maxSegmentLength) return `a segment is longer than ${maxSegmentLength} characters`;
    if (!segmentPattern.test(segment)) return `the segment ${quote(segment)} is not allowed`;
  }
  return undefined;
}

/** Odd bytes must not reach a terminal, nor a name of any length a log. */
function quote(name: string): string {
  return JSON.stringify(name.length > 80 ? `${name.slice(0, 80)}…` : name);
}
