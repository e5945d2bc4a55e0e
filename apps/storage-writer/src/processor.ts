import { assertNotCancelled, type PutJob, type RedisHandle, type Staging } from '@etcd-kloset/jobs';
import { chunkName } from '@etcd-kloset/kloset';
import { type Metrics, outageError, type StorePool, whileAllowed } from '@etcd-kloset/platform';
import { type Job } from 'bullmq';
import { isSame, putObject } from './put-object.ts';

export interface PutContext {
  readonly metrics: Metrics;
  readonly redis: RedisHandle;
  readonly staging: Staging;
  readonly stores: StorePool;
  /** How long a chunk is tried, from when its job was added. */
  readonly storeOutageMs: number;
}

/** What became of a sealed chunk: it is in the store, or nobody wants it any more. */
export interface PutResult {
  readonly outcome: 'stored' | 'superseded' | 'lost';
}

/**
 * Puts a sealed chunk from staging into its store and tells who waits for it. May be run again from any point: an
 * object's name is its digest, and what is noted as stored is left alone.
 */
export async function putChunk(
  context: PutContext,
  job: Pick<Job<PutJob>, 'data' | 'timestamp'>,
  signal: AbortSignal,
): Promise<PutResult> {
  const { metrics, redis, staging, stores } = context;
  const { chunk, store, cluster, digest, size } = job.data;
  const requireWanted = (): Promise<void> => assertNotCancelled(redis, chunk.backup);
  return await whileAllowed(requireWanted, signal, async (allowed) => {
    const state = await staging.stateOf(chunk);
    if (state.form === 'stored' || state.form === 'superseded') return { outcome: state.form };
    const bytes = state.form === 'sealed' ? await staging.getSealed(chunk, digest) : undefined;
    if (bytes === undefined || !isSame(bytes, job.data)) {
      // Its reader learns that by this, and reads again.
      await staging.endAttempt(chunk.backup, chunk.attempt);
      return { outcome: 'lost' };
    }
    const began = performance.now();
    try {
      const { storage } = await stores.openWithoutKey(store);
      const outcome = await putObject(storage, chunkName(cluster, digest), bytes, allowed);
      if (outcome === 'created') metrics.storedBytes.add(size);
    } catch (error) {
      throw outageError(error, job.timestamp + context.storeOutageMs);
    }
    metrics.stageDuration.record((performance.now() - began) / 1000, { stage: 'put' });
    return { outcome: (await staging.stored(chunk, { digest, size })) ? 'stored' : 'superseded' };
  });
}
