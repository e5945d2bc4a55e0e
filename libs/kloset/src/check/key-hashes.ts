import { closeSync } from 'node:fs';
import { openPrivateFile, readFully, writeFully } from '@etcd-kloset/mvcc';

/** Bytes that are held in memory before a file is used. */
const MOST_HELD = 32 * 1024 * 1024;

/**
 * A hash of the user's key of every row of every chunk, 8 bytes a row: what HashKV needs besides the tables. Kept
 * from the moment a chunk is open until the snapshots that have it are looked at; past a bound, in a private file.
 */
export interface KeyHashes {
  /** @param hashes low and high half of each row's, in turn */
  put(chunk: string, hashes: Uint32Array): void;
  /** Undefined for a chunk whose rows were not found to be right. */
  get(chunk: string): Uint32Array | undefined;
  close(): void;
}

/** @param folder where the private file goes when it is needed */
export function keyHashes(folder: string, mostHeld = MOST_HELD): KeyHashes {
  const held = new Map<string, Uint32Array>();
  const spilled = new Map<string, { position: number; length: number }>();
  let heldBytes = 0;
  let fd: number | undefined;
  let end = 0;
  return {
    put(chunk, hashes) {
      if (heldBytes + hashes.byteLength <= mostHeld) {
        held.set(chunk, hashes);
        heldBytes += hashes.byteLength;
        return;
      }
      fd ??= openPrivateFile(folder);
      writeFully(fd, bytesOf(hashes), end);
      spilled.set(chunk, { position: end, length: hashes.length });
      end += hashes.byteLength;
    },
    get(chunk) {
      const place = spilled.get(chunk);
      if (place === undefined) return held.get(chunk);
      const hashes = new Uint32Array(place.length);
      readFully(fd!, bytesOf(hashes), place.position);
      return hashes;
    },
    close() {
      if (fd !== undefined) closeSync(fd);
      fd = undefined;
    },
  };
}

function bytesOf({ buffer, byteOffset, byteLength }: Uint32Array): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}
