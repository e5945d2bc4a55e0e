import { type ChunkRef, type SealJob, type Staging, type StoredChunk } from '@etcd-kloset/jobs';
import { type Cluster } from '@etcd-kloset/kloset';
import {
  type ChunkJob,
  type ChunkSink,
  type PipelineThreads,
  stagingAad,
  stagingKey,
} from '@etcd-kloset/pipeline';

/** Chunks at a time that are packed or wait for room in staging: each is some megabytes of memory. */
const IN_FLIGHT = 3;

export interface RemoteSinkOptions {
  readonly staging: Staging;
  readonly attempt: Omit<ChunkRef, 'sequence'>;
  /** The store's name in the configuration. */
  readonly store: string;
  readonly cluster: Cluster;
  /** Those that have the spool file. */
  readonly threads: PipelineThreads;
  /** Adds the job that seals what lies in staging by then. */
  readonly addSealJob: (job: SealJob) => Promise<unknown>;
  /** Ends all waiting. */
  readonly signal: AbortSignal;
  readonly onCut?: (() => void) | undefined;
  readonly onStored?: ((chunk: StoredChunk) => void) | undefined;
}

/**
 * Sends chunks on their way to other workers: packed and encrypted into staging, with a job each. It takes more as long
 * as staging has room; what is stored it learns from staging.
 */
export function remoteSink(options: RemoteSinkOptions): ChunkSink {
  const { cluster, signal } = options;
  const key = stagingKey(cluster.ring, cluster.id);
  const waiting: PromiseWithResolvers<StoredChunk>[] = [];
  const inFlight = new Set<Promise<void>>();
  const done = new AbortController();
  let failure: { readonly error: unknown } | undefined;

  const fail = (error: unknown): void => {
    failure ??= { error };
    for (const { reject } of waiting) reject(error);
  };
  const listen = async (): Promise<void> => {
    const { backup, attempt } = options.attempt;
    const until = AbortSignal.any([signal, done.signal]);
    for await (const { sequence, digest, size } of options.staging.waitForStored(backup, attempt, until)) {
      waiting[sequence]?.resolve({ digest, size });
      options.onStored?.({ digest, size });
    }
  };
  return {
    async put(job) {
      if (failure !== undefined) throw failure.error;
      const stored = Promise.withResolvers<StoredChunk>();
      // Nobody may be waiting for it any more.
      stored.promise.catch(() => undefined);
      const sequence = waiting.push(stored) - 1;
      if (sequence === 0) listen().catch(fail);
      options.onCut?.();
      const sending = send(options, key, sequence, job).catch(fail);
      inFlight.add(sending);
      void sending.then(() => inFlight.delete(sending));
      if (inFlight.size >= IN_FLIGHT) await Promise.race(inFlight);
      return { sequence, stored: stored.promise };
    },
    async drain() {
      await Promise.all(inFlight);
      done.abort();
      if (failure !== undefined) throw failure.error;
    },
  };
}

/** First the bytes, then the job: whoever takes it finds them. */
async function send(
  { staging, attempt, store, threads, addSealJob, signal }: RemoteSinkOptions,
  key: Uint8Array,
  sequence: number,
  chunk: ChunkJob,
): Promise<void> {
  const ref: ChunkRef = { ...attempt, sequence };
  const bytes = await threads.packChunk({ chunk, key, aad: stagingAad({ ...ref, kind: 'chunk' }) });
  signal.throwIfAborted();
  await staging.reserveAndPut(ref, store, bytes, signal);
  const { epoch, cluster } = chunk.target;
  await addSealJob({
    version: 1,
    chunk: ref,
    store,
    cluster,
    epoch,
    bytes: bytes.length,
    level: chunk.level,
  });
}
