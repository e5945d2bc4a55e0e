import {
  CRC,
  FLAG_TOMBSTONE,
  FLAGS,
  HASH,
  LENGTH,
  MAIN,
  ROW_F64,
  ROW_U32,
  SUB,
  type RowBatch,
  type RowSequence,
} from '@etcd-kloset/mvcc';
import { type StoredRows } from './live-rows.ts';

/** A batch of rows, and for each where the parent has it. Valid until the next. */
export interface MatchedRows {
  readonly batch: RowBatch;
  /** Index into the parent's row chunks; -1 for a row that the parent does not have. */
  readonly chunk: Int32Array;
  /** The row's place in that chunk. */
  readonly index: Uint32Array;
}

/**
 * Compares rows with those of the parent snapshot: one streaming merge, both sides in revision order.
 *
 * A row is known only when revision, keyed hash, CRC, length and kind all agree. Never by revision alone:
 * after a restore etcd gives the same revisions to other rows.
 */
export async function* matchRows(
  rows: RowSequence,
  parent: AsyncIterable<StoredRows>,
): AsyncGenerator<MatchedRows> {
  const blocks = parent[Symbol.asyncIterator]();
  let block: StoredRows | undefined;
  let hashes: Uint32Array = new Uint32Array(0);
  let at = 0;
  const nextBlock = async (): Promise<void> => {
    const step = await blocks.next();
    at = 0;
    if (step.done === true) {
      block = undefined;
      return;
    }
    block = step.value;
    hashes = new Uint32Array(block.hash.buffer, block.hash.byteOffset, block.hash.length / 4);
  };
  await nextBlock();

  let chunk = new Int32Array(0);
  let index = new Uint32Array(0);
  for (const batch of rows.batches()) {
    const { f64, u32 } = batch;
    if (chunk.length < batch.count) {
      chunk = new Int32Array(batch.count);
      index = new Uint32Array(batch.count);
    }
    for (let i = 0; i < batch.count; i++) {
      const main = f64[i * ROW_F64 + MAIN]!;
      const row = i * ROW_U32;
      const sub = u32[row + SUB]!;
      while (block !== undefined) {
        if (at === block.count) await nextBlock();
        else if (block.main[at]! < main || (block.main[at] === main && block.sub[at]! < sub)) at++;
        else break;
      }
      const known = block?.main[at] === main && block.sub[at] === sub && sameRow(u32, row, block, hashes, at);
      chunk[i] = known ? block!.chunk[at]! : -1;
      index[i] = known ? block!.index[at]! : 0;
    }
    yield { batch, chunk, index };
  }
  await blocks.return?.(undefined);
}

function sameRow(u32: Uint32Array, row: number, block: StoredRows, hashes: Uint32Array, at: number): boolean {
  const hash = at * 4;
  return (
    block.length[at] === u32[row + LENGTH] &&
    block.crc[at] === u32[row + CRC] &&
    block.tombstone[at] === (u32[row + FLAGS]! & FLAG_TOMBSTONE) &&
    hashes[hash] === u32[row + HASH] &&
    hashes[hash + 1] === u32[row + HASH + 1] &&
    hashes[hash + 2] === u32[row + HASH + 2] &&
    hashes[hash + 3] === u32[row + HASH + 3]
  );
}

/** An empty parent: every row is new. */
export async function* noRows(): AsyncGenerator<StoredRows> {}
