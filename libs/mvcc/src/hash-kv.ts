import { combineCrc32c, crc32c } from './crc32c.ts';
import {
  CRC,
  FLAG_TOMBSTONE,
  FLAGS,
  KEY_HIGH,
  KEY_LOW,
  LENGTH,
  MAIN,
  ROW_F64,
  ROW_U32,
  type RowSequence,
} from './row-log.ts';

const SEED = crc32c(new TextEncoder().encode('key'));
/** Slots of the table of keys: 12 bytes each. More keys than half of them are done in several passes. */
const MAX_SLOTS = 1 << 20;

/**
 * What a member answers to HashKV, from the rows alone (etcd server/storage/mvcc/hash.go).
 *
 * The sum runs over `key` and then every row in revision order, except rows past `revision`, and
 * except rows up to a member's compaction revision that compaction removes or will remove: those that
 * are not the newest of a key alive at `revision`, and tombstones at that very revision.
 * CRCs combine, so no row is read again; which rows are superseded is found once for all `compactRevisions`.
 *
 * @returns one hash for each of `compactRevisions`, in their order.
 */
export function hashKV(rows: RowSequence, revision: number, compactRevisions: readonly number[]): number[] {
  const newest = newestOfLiveKeys(rows, revision);
  const crcs = compactRevisions.map(() => SEED);
  let position = 0;
  for (const batch of rows.batches()) {
    const { f64, u32 } = batch;
    for (let i = 0; i < batch.count; i++, position++) {
      const main = f64[i * ROW_F64 + MAIN]!;
      if (main > revision) return crcs;
      const at = i * ROW_U32;
      for (let c = 0; c < crcs.length; c++) {
        const compact = compactRevisions[c]!;
        if (main <= compact) {
          if (newest.count > 0 && !newest.has(position)) continue;
          if (main === compact && u32[at + FLAGS]! & FLAG_TOMBSTONE) continue;
        }
        crcs[c] = combineCrc32c(crcs[c]!, u32[at + CRC]!, u32[at + LENGTH]!);
      }
    }
  }
  return crcs;
}

interface PositionSet {
  readonly count: number;
  has(position: number): boolean;
}

/** The positions of rows that are the newest of their key at `revision`, where that is no tombstone. */
export function newestOfLiveKeys(rows: RowSequence, revision: number, maxSlots = MAX_SLOTS): PositionSet {
  const bits = new Uint8Array(Math.ceil(rows.count / 8) || 1);
  const slots = Math.min(maxSlots, 2 ** Math.ceil(Math.log2(Math.max(16, rows.count * 2))));
  const passes = 2 ** Math.max(0, Math.ceil(Math.log2((rows.count * 2) / slots)));
  let count = 0;
  for (let pass = 0; pass < passes; pass++) count += onePass(rows, revision, bits, slots, pass, passes);
  return { count, has: (position) => (bits[position >>> 3]! & (1 << (position & 7))) !== 0 };
}

function onePass(
  rows: RowSequence,
  revision: number,
  bits: Uint8Array,
  slots: number,
  pass: number,
  passes: number,
): number {
  const lows = new Uint32Array(slots);
  const highs = new Uint32Array(slots);
  const newest = new Uint32Array(slots); // position + 1; 0 is a free slot
  const mask = slots - 1;
  let count = 0;
  let position = -1;
  for (const batch of rows.batches()) {
    const { f64, u32 } = batch;
    for (let i = 0; i < batch.count; i++) {
      position++;
      if (f64[i * ROW_F64 + MAIN]! > revision) return count;
      const low = u32[i * ROW_U32 + KEY_LOW]!;
      const high = u32[i * ROW_U32 + KEY_HIGH]!;
      if (passes > 1 && high % passes !== pass) continue;
      let slot = low & mask;
      while (newest[slot] !== 0 && (lows[slot] !== low || highs[slot] !== high)) slot = (slot + 1) & mask;
      const older = newest[slot]! - 1;
      if (older >= 0 && bits[older >>> 3]! & (1 << (older & 7))) {
        bits[older >>> 3]! &= ~(1 << (older & 7));
        count--;
      }
      lows[slot] = low;
      highs[slot] = high;
      newest[slot] = position + 1;
      if (!(u32[i * ROW_U32 + FLAGS]! & FLAG_TOMBSTONE)) {
        bits[position >>> 3]! |= 1 << (position & 7);
        count++;
      }
    }
  }
  return count;
}
