import { sealChunk, sealedObject, type SealedObject } from '@etcd-kloset/kloset';
import { PipelineError } from '../errors.ts';
import { openStaged, sealStaged } from '../staging/staged-bytes.ts';
import { readPayload } from './read-payload.ts';
import { reusedRoom } from './reused-room.ts';
import { type PackJob, type SealPackedJob } from './thread-messages.ts';

/*
 * The chunk stage in two, for two machines: the one that has the spool file packs, the other one compresses and
 * seals. A packed chunk is, encrypted as staged bytes are:
 *
 *  1  version 1
 *  1  kind: 1 rows, 2 blocks
 *  4  bytes of the index section (u32, little-endian)
 *  …  index section, values section, in the plain
 */
const VERSION = 1;
const KINDS = ['rows', 'blocks'] as const;
const HEAD_BYTES = 6;

/** Reads what the job points to, lays it out in columns, and encrypts it for staging. */
export function packChunk({ chunk, key, aad }: PackJob): Uint8Array<ArrayBuffer> {
  const { index, values } = readPayload(chunk);
  const head = Buffer.alloc(HEAD_BYTES);
  head[0] = VERSION;
  head[1] = KINDS.indexOf(chunk.kind) + 1;
  head.writeUInt32LE(index.length, 2);
  return sealStaged(key, aad, [head, index, values]);
}

const plainRoom = reusedRoom();

/** Makes a chunk of what {@link packChunk} packed. @throws PipelineError `staging.does-not-open` */
export function sealPacked({ bytes, key, aad, target, level }: SealPackedJob): SealedObject {
  const plain = openStaged(key, aad, bytes, plainRoom) as Buffer;
  const kind = plain.length < HEAD_BYTES || plain[0] !== VERSION ? undefined : KINDS[plain[1]! - 1];
  const indexEnd = kind === undefined ? Infinity : HEAD_BYTES + plain.readUInt32LE(2);
  if (kind === undefined || indexEnd > plain.length) throw notPacked();
  const { publicKey, ...chunkKey } = target;
  const payload = { index: plain.subarray(HEAD_BYTES, indexEnd), values: plain.subarray(indexEnd) };
  return sealedObject(sealChunk(publicKey, chunkKey, kind, payload, level));
}

/** It was sealed with the right key: a worker of another version packed it. */
function notPacked(): PipelineError {
  return new PipelineError(
    'staging.does-not-open',
    'what waited in staging is not a chunk as this version packs it',
    {
      advice: 'Run the same version of etcd-kloset in all workers.',
      retryable: true,
    },
  );
}
