import { readSync } from 'node:fs';

import { BoltError } from '../bolt-error.ts';
import { requireInside, endsTooSoon, type ByteSource } from './byte-source.ts';

export interface FileSourceOptions {
  /** Bytes of the file that are kept in memory. Default: 4 MiB; never less than twice the read-ahead. */
  readonly cacheBytes?: number;
  /** Bytes that one read takes once the file is being read in order. Default: 1 MiB. */
  readonly readAheadBytes?: number;
}

const BLOCK = 16 * 1024;
const NONE = -1;

/**
 * Reads a file by its descriptor, which stays the caller's to close. The file must not shrink.
 *
 * Blocks of 16 KiB go around in a ring of fixed size. A read in the midst of nowhere fetches one block, since the
 * leaves of a bbolt file that has lived for a while lie scattered; reads that follow one another fetch twice as many
 * each time. What spans blocks that do not lie side by side in the ring is put together in a buffer of its own, which
 * grows to the longest such read.
 */
export function fileSource(fd: number, size: number, options: FileSourceOptions = {}): ByteSource {
  const runBlocks = Math.max(1, Math.ceil((options.readAheadBytes ?? 1024 * 1024) / BLOCK));
  const slots = Math.max(2 * runBlocks, Math.ceil((options.cacheBytes ?? 4 * 1024 * 1024) / BLOCK));
  const ring = new Uint8Array(slots * BLOCK);
  const blockIn = new Array<number>(slots).fill(NONE);
  const slotOf = new Map<number, number>();
  let nextSlot = 0;
  let nextBlock = NONE;
  let run = 1;
  let joined = new Uint8Array(0);

  /** The slot of `block`, which is read when it is not in the ring. */
  function slotFor(block: number): number {
    const held = slotOf.get(block);
    if (held !== undefined) return held;
    run = block === nextBlock ? Math.min(run * 2, runBlocks) : 1;
    if (nextSlot + run > slots) nextSlot = 0;
    const first = nextSlot;
    const start = block * BLOCK;
    const length = Math.min(run * BLOCK, size - start);
    const filled = Math.ceil(length / BLOCK);
    for (let slot = first; slot < first + filled; slot++) forget(slot);
    readFully(fd, ring, first * BLOCK, length, start, size);
    for (let i = 0; i < filled; i++) {
      slotOf.set(block + i, first + i);
      blockIn[first + i] = block + i;
    }
    nextSlot = first + filled;
    nextBlock = block + filled;
    return first;
  }

  function forget(slot: number): void {
    const block = blockIn[slot]!;
    if (slotOf.get(block) === slot) slotOf.delete(block);
    blockIn[slot] = NONE;
  }

  /** A long leaf is read past the ring: it would push out all the rest. */
  function readLong(position: number, length: number): Uint8Array {
    if (joined.length < length) joined = new Uint8Array(length);
    readFully(fd, joined, 0, length, position, size);
    return joined.subarray(0, length);
  }

  function readAcross(position: number, length: number, firstSlot: number): Uint8Array {
    const firstBlock = Math.floor(position / BLOCK);
    const lastBlock = Math.floor((position + length - 1) / BLOCK);
    let sideBySide = true;
    for (let block = firstBlock + 1; block <= lastBlock && sideBySide; block++) {
      sideBySide = slotOf.get(block) === firstSlot + block - firstBlock;
    }
    if (sideBySide) {
      const start = firstSlot * BLOCK + (position - firstBlock * BLOCK);
      return ring.subarray(start, start + length);
    }
    if (joined.length < length) joined = new Uint8Array(length);
    for (let done = 0; done < length;) {
      const block = Math.floor((position + done) / BLOCK);
      const inBlock = position + done - block * BLOCK;
      const part = Math.min(BLOCK - inBlock, length - done);
      const start = slotFor(block) * BLOCK + inBlock;
      joined.set(ring.subarray(start, start + part), done);
      done += part;
    }
    return joined.subarray(0, length);
  }

  return {
    size,
    read(position, length) {
      requireInside(position, length, size);
      if (length === 0) return ring.subarray(0, 0);
      if (length > (slots * BLOCK) / 4) return readLong(position, length);
      const block = Math.floor(position / BLOCK);
      const slot = slotFor(block);
      const inBlock = position - block * BLOCK;
      if (inBlock + length > BLOCK) return readAcross(position, length, slot);
      const start = slot * BLOCK + inBlock;
      return ring.subarray(start, start + length);
    },
  };
}

function readFully(
  fd: number,
  into: Uint8Array,
  offset: number,
  length: number,
  position: number,
  size: number,
): void {
  for (let done = 0; done < length;) {
    let got: number;
    try {
      got = readSync(fd, into, offset + done, length - done, position + done);
    } catch (cause) {
      throw new BoltError('bbolt.read', 'The bbolt file could not be read.', {
        advice: 'Look at the disk that holds it; the cause below is what the operating system says.',
        context: { position: position + done, length: length - done, size },
        cause,
      });
    }
    if (got === 0) throw endsTooSoon(position, length, position + done);
    done += got;
  }
}
