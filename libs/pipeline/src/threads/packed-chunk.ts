import { compress, decompress, sealChunk, sealedObject, type SealedObject } from '@etcd-kloset/kloset';
import { PipelineError } from '../errors.ts';
import { openStaged, sealStaged } from '../staging/staged-bytes.ts';
import { readPayload } from './read-payload.ts';
import { reusedRoom } from './reused-room.ts';
import { type PackJob, type SealPackedJob } from './thread-messages.ts';

/*
 * The chunk stage in two, for two machines: the one that has the spool file packs, the other one compresses well and
 * seals. A packed chunk is, encrypted as staged bytes are:
 *
 *  1  version 2
 *  1  kind: 1 rows, 2 blocks
 *  4  bytes of the index section (u32, little-endian)
 *  4  bytes of both sections (u32, little-endian)
 *  …  index section, values section, in one frame of Zstandard
 */
const VERSION = 2;
const KINDS = ['rows', 'blocks'] as const;
const HEAD_BYTES = 10;
/**
 * One of Zstandard's fast levels: against level 1 it takes two thirds of the time, at both ends, for a quarter more
 * bytes. Not to compress at all would take longer: every byte is encrypted, sent through Redis and written into Redis'
 * append-only file, all of it twice; and staging holds several times as much.
 */
const LEVEL = -3;

const room = reusedRoom();

/** Reads what the job points to, lays it out in columns, and encrypts it for staging. */
export function packChunk({ chunk, key, aad }: PackJob): Uint8Array<ArrayBuffer> {
  const { index, values } = readPayload(chunk);
  const head = Buffer.alloc(HEAD_BYTES);
  head[0] = VERSION;
  head[1] = KINDS.indexOf(chunk.kind) + 1;
  head.writeUInt32LE(index.length, 2);
  head.writeUInt32LE(index.length + values.length, 6);
  const plain = room(index.length + values.length);
  plain.set(index);
  plain.set(values, index.length);
  return sealStaged(key, aad, [head, compress(plain, LEVEL)]);
}

/** Makes a chunk of what {@link packChunk} packed. @throws PipelineError `staging.does-not-open` */
export function sealPacked({ bytes, key, aad, target, level }: SealPackedJob): SealedObject {
  const packed = openStaged(key, aad, bytes, room) as Buffer;
  const kind = packed.length < HEAD_BYTES || packed[0] !== VERSION ? undefined : KINDS[packed[1]! - 1];
  if (kind === undefined) throw notPacked();
  const indexEnd = packed.readUInt32LE(2);
  const plain = unpacked(packed.subarray(HEAD_BYTES), packed.readUInt32LE(6));
  if (indexEnd > plain.length) throw notPacked();
  const { publicKey, ...chunkKey } = target;
  const payload = { index: plain.subarray(0, indexEnd), values: plain.subarray(indexEnd) };
  return sealedObject(sealChunk(publicKey, chunkKey, kind, payload, level));
}

function unpacked(frame: Uint8Array, size: number): Buffer {
  try {
    return decompress(frame, size);
  } catch (cause) {
    throw notPacked(cause);
  }
}

/** It was sealed with the right key: a worker of another version packed it. */
function notPacked(cause?: unknown): PipelineError {
  return new PipelineError(
    'staging.does-not-open',
    'what waited in staging is not a chunk as this version packs it',
    {
      advice: 'Run the same version of etcd-kloset in all workers.',
      retryable: true,
      cause,
    },
  );
}
