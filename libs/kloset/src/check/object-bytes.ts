import { createHash, hash } from 'node:crypto';
import { type Storage } from '@etcd-kloset/storage';
import { HEADER_BYTES } from '../objects/header.ts';
import { MOST_RECORD_BYTES } from '../store/cluster.ts';

/** Objects are read a few at a time. */
export const READS_AT_ONCE = 4;
/** Larger objects are read piece by piece, so that memory stays bounded whatever lies in the store. */
const PIECE_BYTES = 16 * 1024 * 1024;

export interface DigestedObject {
  readonly name: string;
  readonly size: number;
  /** SHA-256 of its bytes, hex. */
  readonly digest: string;
  /** Its first bytes, as many as a header has. */
  readonly head: Uint8Array;
  /** All of it, unless it is too large to be held for nothing. */
  readonly bytes: Buffer | undefined;
}

/** Reads an object to compare it with its digest. @throws StorageError */
export async function digestObject(
  storage: Storage,
  name: string,
  size: number,
  signal: AbortSignal | undefined,
): Promise<DigestedObject> {
  if (size <= PIECE_BYTES) {
    const bytes = await storage.get(name, undefined, { signal, maxBytes: PIECE_BYTES });
    const digest = hash('sha256', bytes, 'hex');
    return { name, size: bytes.length, digest, head: bytes.subarray(0, HEADER_BYTES), bytes };
  }
  const digest = createHash('sha256');
  let head: Uint8Array | undefined;
  for (let offset = 0; offset < size; offset += PIECE_BYTES) {
    const piece = await storage.get(
      name,
      { offset, length: Math.min(PIECE_BYTES, size - offset) },
      { signal },
    );
    head ??= Uint8Array.from(piece.subarray(0, HEADER_BYTES));
    digest.update(piece);
  }
  return { name, size, digest: digest.digest('hex'), head: head!, bytes: undefined };
}

/** Reads an object that is small by its nature: a record, or what is smaller than any. @throws StorageError */
export function readSmall(storage: Storage, name: string, signal: AbortSignal | undefined): Promise<Buffer> {
  return storage.get(name, undefined, { signal, maxBytes: MOST_RECORD_BYTES });
}
