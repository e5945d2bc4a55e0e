import { BLOCK_SIZE, rowHasher } from '@etcd-kloset/kloset';
import {
  CRC,
  crc32c,
  FLAGS,
  HASH,
  LENGTH,
  LOCATION,
  MAIN,
  openPrivateFile,
  readFully,
  ROW_F64,
  ROW_U32,
  RowLog,
  RowRuns,
  SUB,
  type RowSequence,
} from '@etcd-kloset/mvcc';
import { breather } from '../abortable.ts';

/**
 * A file that is kept as it is, as rows: row n is the block n of 64 KiB, so that everything that is done with
 * rows (comparing with the parent, live maps, rewriting) is done with blocks alike.
 */
export async function blocksAsRows(
  spool: number,
  size: number,
  idKey: Uint8Array,
  folder: string,
  signal?: AbortSignal,
): Promise<{ rows: RowSequence; close: () => void }> {
  const log = new RowLog({ openSpill: () => openPrivateFile(folder) });
  try {
    await addBlocks(log, spool, size, idKey, signal);
  } catch (error) {
    log.close();
    throw error;
  }
  const rows = new RowRuns(log);
  if (log.count > 0) rows.add(0, log.count);
  return {
    rows,
    close: () => {
      log.close();
    },
  };
}

async function addBlocks(
  log: RowLog,
  spool: number,
  size: number,
  idKey: Uint8Array,
  signal: AbortSignal | undefined,
): Promise<void> {
  const breathe = breather(signal);
  const hash = rowHasher(idKey);
  const block = Buffer.allocUnsafe(BLOCK_SIZE);
  for (let number = 0; number * BLOCK_SIZE < size; number++) {
    await breathe();
    const length = Math.min(BLOCK_SIZE, size - number * BLOCK_SIZE);
    readFully(spool, block.subarray(0, length), number * BLOCK_SIZE);
    const { batch, index } = log.append();
    const u = index * ROW_U32;
    batch.f64[index * ROW_F64 + MAIN] = number;
    batch.f64[index * ROW_F64 + LOCATION] = number * BLOCK_SIZE;
    batch.u32[u + SUB] = 0;
    batch.u32[u + LENGTH] = length;
    batch.u32[u + CRC] = crc32c(block.subarray(0, length));
    batch.u32[u + FLAGS] = 0;
    hash(block, 0, length, batch.bytes, (u + HASH) * 4);
  }
}
