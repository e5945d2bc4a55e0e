import { sealChunk, sealedObject, type SealedObject } from '@etcd-kloset/kloset';
import { readPayload } from './read-payload.ts';
import { type ChunkJob } from './thread-messages.ts';

/** The chunk stage in one: reads what the job points to, lays it out in columns, compresses and seals it. */
export function sealJob(job: ChunkJob): SealedObject {
  const { publicKey, ...key } = job.target;
  return sealedObject(sealChunk(publicKey, key, job.kind, readPayload(job), job.level));
}
