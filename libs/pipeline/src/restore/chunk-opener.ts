import { chunkName, readUnverifiedChunk } from '@etcd-kloset/kloset';
import { type PipelineThreads } from '../threads/pipeline-threads.ts';
import { type OpenedChunk } from '../threads/thread-messages.ts';
import { type OpenedSnapshot } from './opened-snapshot.ts';

/** Reads a snapshot's chunks, none larger than its record says, and has them verified and opened by the threads. */
export function chunkOpener(
  { cluster, map }: Pick<OpenedSnapshot, 'cluster' | 'map'>,
  threads: PipelineThreads,
): (digest: string) => Promise<OpenedChunk> {
  const { ring, id } = cluster;
  const privateKeys = ring.epochs.map(({ epoch }) => [epoch, ring.dataPrivateKey(epoch)] as const);
  // The map does not tell of chunks of attachments.
  const sizes = new Map([
    ...map.rowChunks.map(({ digest, objectSize }) => [digest, objectSize] as const),
    ...map.bucketChunks.map(({ digest, size }) => [digest, size] as const),
  ]);
  return async (digest) => {
    const bytes = await readUnverifiedChunk(cluster, digest, sizes.get(digest));
    return threads.openChunk({
      kind: 'open',
      bytes,
      digest,
      name: chunkName(id, digest),
      store: ring.store,
      cluster: id,
      privateKeys,
    });
  };
}
