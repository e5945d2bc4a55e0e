import { chunkName, type Cluster } from '@etcd-kloset/kloset';
import { type PipelineThreads } from '../threads/pipeline-threads.ts';
import { type ChunkJob } from '../threads/thread-messages.ts';
import { type ChunkSink, type StoredChunk } from './chunk-sink.ts';

/** Chunks under way at once: made by the threads, or on their way into the store. */
const IN_FLIGHT = 4;

export interface LocalSink extends ChunkSink {
  /** What became of a chunk; undefined while it is under way. */
  storedOf(sequence: number): StoredChunk | undefined;
}

/** Makes chunks in the threads of this process and puts them into the store: all in one place. */
export function localSink({ store, id }: Cluster, threads: PipelineThreads): LocalSink {
  const stored: (StoredChunk | undefined)[] = [];
  const inFlight = new Set<Promise<void>>();
  let failure: { readonly error: unknown } | undefined;

  const make = async (job: ChunkJob): Promise<StoredChunk> => {
    const { digest, bytes } = await threads.makeChunk(job);
    await store.storage.put(chunkName(id, digest), bytes);
    return { digest, size: bytes.length };
  };
  return {
    async put(job) {
      if (failure !== undefined) throw failure.error;
      const sequence = stored.push(undefined) - 1;
      const making = make(job);
      const settled = making.then(
        (chunk) => {
          stored[sequence] = chunk;
        },
        (error: unknown) => {
          failure ??= { error };
        },
      );
      inFlight.add(settled);
      void settled.then(() => inFlight.delete(settled));
      if (inFlight.size >= IN_FLIGHT) await Promise.race(inFlight);
      return { sequence, stored: making };
    },
    async drain() {
      await Promise.all(inFlight);
      if (failure !== undefined) throw failure.error;
    },
    storedOf: (sequence) => stored[sequence],
  };
}
