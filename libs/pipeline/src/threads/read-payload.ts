import {
  BLOCK_SIZE,
  encodeBlocksPayload,
  encodeRowsPayload,
  type PayloadSections,
} from '@etcd-kloset/kloset';
import { readFully } from '@etcd-kloset/mvcc';
import { reusedRoom } from './reused-room.ts';
import { type BlocksJob, type ChunkJob, type RowsJob } from './thread-messages.ts';

const rowRoom = reusedRoom();
const valueRoom = reusedRoom();

/** Reads what a job points to and lays it out in columns. Valid until the next is read. */
export function readPayload(job: ChunkJob): PayloadSections {
  return job.kind === 'rows' ? readRows(job) : readBlocks(job);
}

/** Rows of one leaf page lie one behind the other: a page is one read. */
function readRows({ spool, locations, lengths, tombstones }: RowsJob): PayloadSections {
  const bytes = rowRoom(lengths.reduce((sum, length) => sum + length, 0));
  let filled = 0;
  for (let i = 0; i < lengths.length;) {
    const start = locations[i]!;
    let length = 0;
    while (i < lengths.length && locations[i] === start + length) length += lengths[i++]!;
    readFully(spool, bytes.subarray(filled, filled + length), start);
    filled += length;
  }
  return encodeRowsPayload({ bytes, lengths, tombstones }, valueRoom);
}

function readBlocks({ spool, numbers, lengths }: BlocksJob): PayloadSections {
  const blocks = Array.from(numbers, (number, i) => {
    const bytes = Buffer.allocUnsafe(lengths[i]!);
    readFully(spool, bytes, number * BLOCK_SIZE);
    return { number, bytes };
  });
  return encodeBlocksPayload(blocks);
}
