import { FLAG_TOMBSTONE, FLAGS, HASH, LENGTH, MAIN, ROW_U32, RowLog, type RowBatch } from '@etcd-kloset/mvcc';
import { CRC, LOCATION, ROW_F64, SUB } from '@etcd-kloset/mvcc';
import { CHUNK_BYTES, CHUNK_ROWS, ChunkCutter, type CutChunk } from './chunk-cutter.ts';

/** Rows n = 0, 1, …, each with n in every column, and these lengths. */
function batchOf(count: number, lengthOf: (n: number) => number): RowBatch {
  const log = new RowLog({ openSpill: () => NaN });
  for (let n = 0; n < count; n++) {
    const { batch, index } = log.append();
    const u = index * ROW_U32;
    batch.f64[index * ROW_F64 + MAIN] = 2 ** 40 + n;
    batch.f64[index * ROW_F64 + LOCATION] = 1000 * n;
    batch.u32[u + SUB] = n % 3;
    batch.u32[u + LENGTH] = lengthOf(n);
    batch.u32[u + CRC] = ~n >>> 0;
    batch.u32[u + FLAGS] = (9 << 8) | (n % 4 === 0 ? FLAG_TOMBSTONE : 0);
    for (let word = 0; word < 4; word++) batch.u32[u + HASH + word] = n * 4 + word;
  }
  return log.read(0, count);
}

function cut(batch: RowBatch): CutChunk[] {
  const cutter = new ChunkCutter();
  const chunks: CutChunk[] = [];
  for (let i = 0; i < batch.count; i++) {
    const full = cutter.add(batch, i);
    if (full !== undefined) chunks.push(full);
  }
  const last = cutter.flush();
  expect(cutter.flush()).toBeUndefined();
  return last === undefined ? chunks : [...chunks, last];
}

/** Holds every column of the chunks against the rows they must be. */
function expectRows(chunks: readonly CutChunk[], lengthOf: (n: number) => number): void {
  let n = 0;
  for (const { rows, locations, bytes } of chunks) {
    const hash = new Uint32Array(rows.hash.buffer, rows.hash.byteOffset);
    let sum = 0;
    let right = true;
    for (let i = 0; i < rows.count; i++, n++) {
      sum += lengthOf(n);
      right &&=
        rows.main[i] === 2 ** 40 + n &&
        rows.sub[i] === n % 3 &&
        rows.length[i] === lengthOf(n) &&
        rows.crc[i] === ~n >>> 0 &&
        rows.tombstone[i] === Number(n % 4 === 0) &&
        locations[i] === 1000 * n &&
        [0, 1, 2, 3].every((word) => hash[i * 4 + word] === n * 4 + word);
    }
    expect(right).toBe(true);
    expect(bytes).toBe(sum);
  }
}

describe('rows that are gathered', () => {
  it('fill a chunk by their bytes: the row that reaches them is its last', () => {
    // The first chunk is full to the byte.
    const lengthOf = (n: number): number => CHUNK_BYTES / 64 + (n < 64 ? 0 : n % 2);
    const chunks = cut(batchOf(200, lengthOf));
    expect(chunks.map(({ rows }) => rows.count)).toEqual([64, 64, 64, 8]);
    expectRows(chunks, lengthOf);
  });

  it('fill a chunk by their number, however short they are', () => {
    const lengthOf = (n: number): number => 20 + (n % 5);
    const chunks = cut(batchOf(2 * CHUNK_ROWS, lengthOf));
    expect(chunks.map(({ rows }) => rows.count)).toEqual([CHUNK_ROWS, CHUNK_ROWS]);
    expectRows(chunks, lengthOf);
  });

  it('fill a chunk each when they are larger than one', () => {
    const chunks = cut(batchOf(3, () => CHUNK_BYTES + 5));
    expect(chunks.map(({ rows, bytes }) => [rows.count, bytes])).toEqual(
      new Array(3).fill([1, CHUNK_BYTES + 5]),
    );
  });

  it('are none when there are none', () => {
    expect(cut(batchOf(0, () => 0))).toEqual([]);
  });
});
