import {
  BLOCK_SIZE,
  encodeBlocksPayload,
  encodeRowsPayload,
  sealChunk,
  sealedObject,
  type PayloadSections,
  type SealedObject,
} from '@etcd-kloset/kloset';
import { readFully } from '@etcd-kloset/mvcc';
import { type BlocksJob, type ChunkJob, type RowsJob } from './thread-messages.ts';

/** The chunk stage: reads what the job points to, lays it out in columns, compresses and seals it. */
export function sealJob(job: ChunkJob): SealedObject {
  const { publicKey, ...key } = job.target;
  const payload = job.kind === 'rows' ? readRows(job) : readBlocks(job);
  return sealedObject(sealChunk(publicKey, key, job.kind, payload, job.level));
}

/** A thread makes one chunk at a time: its large buffers serve for all of them. */
const rowRoom = reusedRoom();
const valueRoom = reusedRoom();

function reusedRoom(): (bytes: number) => Buffer {
  let room = Buffer.alloc(0);
  return (bytes) => {
    if (room.length < bytes) room = Buffer.allocUnsafeSlow(bytes + (bytes >>> 3));
    return room.subarray(0, bytes);
  };
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
