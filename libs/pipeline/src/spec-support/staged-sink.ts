import { chunkName, type Cluster } from '@etcd-kloset/kloset';
import { type ChunkSink, type StoredChunk } from '../sink/chunk-sink.ts';
import { stagingAad, stagingKey } from '../staging/staging-key.ts';
import { CHUNK_LEVEL, sealTarget } from '../store/seal-target.ts';
import { type PipelineThreads } from '../threads/pipeline-threads.ts';

/**
 * What workers do with chunks, in one process: packed by the threads that have the spool file, they wait here until
 * they are stored, by threads that have never seen it.
 */
export interface StagedSink extends ChunkSink {
  /** Packed chunks that nobody has stored yet, by number. */
  readonly waiting: ReadonlyMap<number, Uint8Array>;
  readonly results: ReadonlyMap<number, StoredChunk>;
  storedOf(sequence: number): StoredChunk | undefined;
  /** Seals a chunk and puts it into the store. */
  store(sequence: number): Promise<void>;
  /** The same with all that wait, in an order that is not theirs. */
  storeAll(): Promise<void>;
  /** A chunk that will never be stored. */
  lose(sequence: number, error: Error): void;
}

export interface StagedSinkOptions {
  /** Threads of another machine, as it were. */
  readonly workers: PipelineThreads;
  /** Called with every chunk that waits; what it gives is waited for before the next is taken. */
  readonly onWaiting?: (sink: StagedSink, sequence: number) => Promise<void> | void;
}

export function stagedSink(
  cluster: Cluster,
  threads: PipelineThreads,
  { workers, onWaiting }: StagedSinkOptions,
): StagedSink {
  const key = stagingKey(cluster.ring, cluster.id);
  const aad = (sequence: number) =>
    stagingAad({ backup: 'backup', attempt: 'attempt', sequence, kind: 'chunk' });
  const waiting = new Map<number, Uint8Array>();
  const results = new Map<number, StoredChunk>();
  const news = new Map<number, PromiseWithResolvers<StoredChunk>>();
  let next = 0;
  const sink: StagedSink = {
    waiting,
    results,
    storedOf: (sequence) => results.get(sequence),
    async put(chunk) {
      const sequence = next++;
      waiting.set(sequence, await threads.packChunk({ chunk, key, aad: aad(sequence) }));
      const stored = Promise.withResolvers<StoredChunk>();
      news.set(sequence, stored);
      await onWaiting?.(sink, sequence);
      return { sequence, stored: stored.promise };
    },
    drain: () => Promise.resolve(),
    async store(sequence) {
      const { digest, bytes } = await workers.sealPacked({
        bytes: waiting.get(sequence)!,
        key,
        aad: aad(sequence),
        target: sealTarget(cluster),
        level: CHUNK_LEVEL,
      });
      const size = bytes.length;
      await cluster.store.storage.put(chunkName(cluster.id, digest), bytes);
      waiting.delete(sequence);
      results.set(sequence, { digest, size });
      news.get(sequence)!.resolve({ digest, size });
    },
    async storeAll() {
      await Promise.all([...waiting.keys()].reverse().map((sequence) => sink.store(sequence)));
    },
    lose(sequence, error) {
      waiting.delete(sequence);
      news.get(sequence)!.reject(error);
    },
  };
  return sink;
}
