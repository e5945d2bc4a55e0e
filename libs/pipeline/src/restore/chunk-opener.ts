import { chunkName, getObject, type Cluster } from '@etcd-kloset/kloset';
import { type PipelineThreads } from '../threads/pipeline-threads.ts';
import { type OpenedChunk } from '../threads/thread-messages.ts';

/** Reads chunks and has them verified and opened by the threads. */
export function chunkOpener(
  cluster: Cluster,
  threads: PipelineThreads,
): (digest: string) => Promise<OpenedChunk> {
  const { store, ring, id } = cluster;
  const privateKeys = ring.epochs.map(({ epoch }) => [epoch, ring.dataPrivateKey(epoch)] as const);
  return async (digest) => {
    const name = chunkName(id, digest);
    const bytes = await getObject(store, name);
    return threads.openChunk({
      kind: 'open',
      bytes,
      digest,
      name,
      store: ring.store,
      cluster: id,
      privateKeys,
    });
  };
}
