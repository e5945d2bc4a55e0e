import { randomBytes } from 'node:crypto';

/**
 * A seeded 64-bit hash of user keys, only ever kept in memory: it tells which rows belong to the same
 * key. The seed is drawn for each process, so that nobody who writes keys can make two of them collide;
 * should two collide by chance (2^-64 a pair), HashKV comes out different and the backup says so.
 */
export interface KeyHasher {
  /** Hashes `bytes[start, end)` into `low` and `high` of this object. */
  hash(bytes: Uint8Array, start: number, end: number): void;
  low: number;
  high: number;
}

export function keyHasher(seed: Uint8Array = randomBytes(16)): KeyHasher {
  const view = new DataView(seed.buffer, seed.byteOffset, 16);
  const seedA = view.getInt32(0);
  const seedB = view.getInt32(4);
  const seedC = view.getInt32(8) | 1;
  const seedD = view.getInt32(12) | 1;
  return {
    low: 0,
    high: 0,
    hash(bytes, start, end) {
      let a = seedA ^ (end - start);
      let b = seedB;
      let at = start;
      for (; at + 4 <= end; at += 4) {
        const word = bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24);
        a = Math.imul(a ^ word, seedC);
        b = Math.imul(b ^ rotate(word, 16), seedD);
        a = rotate(a, 13) + b;
        b = rotate(b, 17) ^ a;
      }
      for (; at < end; at++) {
        a = Math.imul(a ^ bytes[at]!, seedC);
        b = rotate(Math.imul(b ^ a, seedD), 15) + a;
      }
      this.low = finish(a ^ rotate(b, 9)) >>> 0;
      this.high = finish(b + Math.imul(a, 0x9e3779b1)) >>> 0;
    },
  };
}

function rotate(x: number, by: number): number {
  return (x << by) | (x >>> (32 - by));
}

function finish(x: number): number {
  let h = x ^ (x >>> 16);
  h = Math.imul(h, 0x85ebca6b);
  h ^= h >>> 13;
  h = Math.imul(h, 0xc2b2ae35);
  return h ^ (h >>> 16);
}
