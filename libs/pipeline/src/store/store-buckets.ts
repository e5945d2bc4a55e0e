import {
  chunkName,
  encodeBucketsPayload,
  sealChunk,
  sealedObject,
  type Cluster,
  type PlainBucket,
} from '@etcd-kloset/kloset';

/** Stores all buckets but `key`, whole, in one chunk. */
export async function storeBuckets(
  { store, ring, id }: Cluster,
  buckets: readonly PlainBucket[],
): Promise<{ digest: string; size: number }> {
  const key = { store: ring.store, cluster: id, epoch: ring.epoch };
  const payload = encodeBucketsPayload(buckets);
  const { digest, size, parts } = sealedObject(
    sealChunk(ring.dataPublicKey(ring.epoch), key, 'buckets', payload),
  );
  await store.storage.put(chunkName(id, digest), parts);
  return { digest, size };
}
