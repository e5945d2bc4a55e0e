import {
  addChild,
  assertNotCancelled,
  attemptsWithin,
  backupsQueue,
  isJobsError,
  qualifiedQueue,
  QUEUE_POLICIES,
  type RedisHandle,
  type SealJob,
  type Staging,
  type StoredChunk,
} from '@etcd-kloset/jobs';
import { type KeyRing } from '@etcd-kloset/kloset';
import { sealTarget, stagingAad, stagingKey } from '@etcd-kloset/pipeline';
import { type Metrics, outageError, type StorePool, whileAllowed } from '@etcd-kloset/platform';
import { type Job } from 'bullmq';
import { type PutQueues } from './put-queues.ts';
import { type SharedThreads } from './shared-threads.ts';

export interface SealContext {
  readonly metrics: Metrics;
  readonly queues: PutQueues;
  readonly redis: RedisHandle;
  readonly staging: Staging;
  readonly stores: StorePool;
  readonly storeOutageMs: number;
  readonly threads: SharedThreads;
}

/** What became of a plain chunk: it is sealed and on its way, in the store already, or nobody wants it any more. */
export interface SealResult {
  readonly outcome: 'sealed' | 'stored' | 'superseded' | 'lost';
}

/**
 * Seals a plain chunk that lies in staging, puts the sealed bytes in its place, and adds the job that stores them, which
 * its backup waits for as well. May be run again from any point: what is sealed is not sealed again.
 */
export async function sealChunk(
  context: SealContext,
  job: Pick<Job<SealJob>, 'data' | 'timestamp'>,
  signal: AbortSignal,
): Promise<SealResult> {
  const { redis, staging } = context;
  const { chunk } = job.data;
  const requireWanted = (): Promise<void> => assertNotCancelled(redis, chunk.backup);
  return await whileAllowed(requireWanted, signal, async () => {
    const state = await staging.stateOf(chunk);
    switch (state.form) {
      case 'stored':
      case 'superseded':
        return { outcome: state.form };
      case 'sealed':
        await addPut(context, job.data, state);
        return { outcome: 'sealed' };
      case 'plain': {
        const sealed = await seal(context, job);
        if (sealed === 'superseded') return { outcome: sealed };
        if (sealed === 'lost') return await lose(context, job.data);
        await addPut(context, job.data, sealed);
        return { outcome: 'sealed' };
      }
      case 'lost':
        return await lose(context, job.data);
    }
  });
}

async function seal(
  context: SealContext,
  job: Pick<Job<SealJob>, 'data' | 'timestamp'>,
): Promise<StoredChunk | 'lost' | 'superseded'> {
  const { metrics, staging, threads } = context;
  const { chunk, cluster, epoch, level } = job.data;
  const began = performance.now();
  const ring = await ringOf(context, job);
  const plain = await staging.getPlain(chunk);
  if (plain === undefined) return 'lost';
  const { digest, bytes } = await threads.get().sealPacked({
    bytes: plain,
    key: stagingKey(ring, cluster, epoch),
    aad: stagingAad({ ...chunk, kind: 'chunk' }),
    target: sealTarget({ ring, id: cluster }, epoch),
    level,
  });
  try {
    const sealed = await staging.replaceBySealed(chunk, bytes, digest);
    metrics.stageDuration.record((performance.now() - began) / 1000, { stage: 'seal' });
    return sealed;
  } catch (error) {
    // Its backup was given up, or read again, meanwhile.
    if (isJobsError(error) && error.code === 'staging.superseded') return 'superseded';
    if (isJobsError(error) && error.code === 'staging.lost') return 'lost';
    throw error;
  }
}

/** Of a writer's key the store itself is not needed, which may be out of reach. */
async function ringOf(
  { stores, storeOutageMs }: SealContext,
  job: Pick<Job<SealJob>, 'data' | 'timestamp'>,
): Promise<KeyRing> {
  try {
    return await stores.keyOf(job.data.store);
  } catch (error) {
    throw outageError(error, job.timestamp + storeOutageMs);
  }
}

/** One id for each chunk of an attempt: a job that is there already is not added again. */
async function addPut(
  { queues, redis, storeOutageMs }: SealContext,
  { chunk, store, cluster }: SealJob,
  { digest, size }: StoredChunk,
): Promise<void> {
  const parent = { id: chunk.backup, queue: qualifiedQueue(redis, backupsQueue(store)) };
  const data = { version: 1 as const, chunk, store, cluster, digest, size };
  await addChild(parent, queues.of(store), data, {
    jobId: `${chunk.attempt}-${chunk.sequence}`,
    attempts: attemptsWithin(storeOutageMs, QUEUE_POLICIES.puts.backOff),
  });
}

/** Its reader learns that by this, and reads again. */
async function lose({ staging }: SealContext, { chunk }: SealJob): Promise<SealResult> {
  await staging.endAttempt(chunk.backup, chunk.attempt);
  return { outcome: 'lost' };
}
