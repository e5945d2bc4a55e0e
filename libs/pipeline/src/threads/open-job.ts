import { KlosetStoreError, openChunk, requireDigest } from '@etcd-kloset/kloset';
import { type OpenedChunk, type OpenJob } from './thread-messages.ts';

/** Verifies, decrypts and decompresses a chunk. @throws KlosetStoreError */
export function openJob({ bytes, digest, name, store, cluster, privateKeys }: OpenJob): OpenedChunk {
  requireDigest(bytes, digest, name);
  const keyOf = (epoch: number): Uint8Array => {
    const found = privateKeys.find(([each]) => each === epoch);
    if (found === undefined) {
      throw new KlosetStoreError(
        'key.epoch',
        `${name} is of key epoch ${epoch}, which the given key does not hold.`,
        {
          advice: "Ask the store's owner for a new key.",
        },
      );
    }
    return found[1];
  };
  const chunk = openChunk(bytes, keyOf, { store, cluster }, name);
  return { kind: chunk.kind, index: movable(chunk.index()), values: movable(chunk.values()) };
}

/** Bytes whose memory can be handed to another thread: not a small part of memory that others use too. */
function movable(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const { buffer, byteOffset, byteLength } = bytes;
  const own = buffer instanceof ArrayBuffer && byteOffset === 0 && byteLength > buffer.byteLength / 2;
  return own ? (bytes as Uint8Array<ArrayBuffer>) : new Uint8Array(bytes);
}
