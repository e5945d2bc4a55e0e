import { crc32c } from '../crc32c.ts';
import { keyHasher } from '../key-hash.ts';
import {
  CRC,
  FLAG_TOMBSTONE,
  FLAGS,
  HASH,
  KEY_HIGH,
  KEY_LOW,
  LENGTH,
  LOCATION,
  MAIN,
  ROW_F64,
  ROW_U32,
  RowLog,
  RowRuns,
  SUB,
  type RowSequence,
} from '../row-log.ts';
import { type ReferenceRow } from './reference-store.ts';

const hasher = keyHasher(new Uint8Array(16).fill(7));

function hashOf(userKey: string): readonly [low: number, high: number] {
  const bytes = Buffer.from(userKey);
  hasher.hash(bytes, 0, bytes.length);
  return [hasher.low, hasher.high];
}

/** Rows as a scan leaves them behind. */
export function loggedRows(rows: readonly ReferenceRow[], keyHash = hashOf): RowSequence {
  const log = new RowLog({
    openSpill: () => {
      throw new Error('so few rows need no spill file');
    },
  });
  for (const row of rows) {
    const { batch, index } = log.append();
    const { f64, u32 } = batch;
    const bytes = Buffer.concat([row.key, row.value]);
    const [low, high] = keyHash(row.userKey);
    f64[index * ROW_F64 + MAIN] = row.main;
    f64[index * ROW_F64 + LOCATION] = 0;
    const at = index * ROW_U32;
    u32[at + SUB] = row.sub;
    u32[at + LENGTH] = bytes.length;
    u32[at + CRC] = crc32c(bytes);
    u32[at + KEY_LOW] = low;
    u32[at + KEY_HIGH] = high;
    // The reader's own bits are set, to see that nobody takes them for the tombstone's.
    u32[at + FLAGS] = (0x5a5a_5a << 8) | (row.tombstone ? FLAG_TOMBSTONE : 0);
    batch.bytes.fill(0, (at + HASH) * 4, (at + HASH) * 4 + 16);
  }
  const runs = new RowRuns(log);
  if (rows.length > 0) runs.add(0, rows.length);
  return runs;
}
