import { createHash, createHmac } from 'node:crypto';
import { KlosetStoreError } from '../errors.ts';
import { deriveKey } from '../seal/derive-key.ts';
import { lengthPrefixed } from '../seal/length-prefixed.ts';
import { idBytes } from '../seal/seal-context.ts';

const ID_BYTES = 16;

export type ClusterKeyPurpose = 'cluster-metadata-key' | 'cluster-row-id-key';

/**
 * The id of a store, 32 hex digits: the first 16 bytes of SHA-256 over the length-prefixed fields
 * `etcd-kloset/v1/store-id`, `storeSecret`.
 *
 * The secret is in the key files and nowhere else. Anyone can write a key file to a recipient, since
 * recipients are public; but nobody who has not been an owner can make one whose master keys fit the id that
 * is in `kloset.json`, in every credential and in everything that is sealed. So a reader who knows the id
 * cannot be given somebody else's keys.
 */
export function storeIdOf(storeSecret: Uint8Array): string {
  return createHash('sha256')
    .update(lengthPrefixed('etcd-kloset/v1/store-id', storeSecret))
    .digest()
    .subarray(0, ID_BYTES)
    .toString('hex');
}

/**
 * The name of a cluster's folder, 32 hex digits: the first 16 bytes of HMAC-SHA-256 with `nameKey` over the
 * length-prefixed fields `etcd-kloset/v1/cluster-id`, the store's id (16 bytes), the cluster's name (UTF-8).
 *
 * `nameKey` belongs to the store and not to an epoch: a rotation must not move a cluster to another folder,
 * where its history would not be found. What a stolen name key is worth, whether it can be changed or not: one
 * can find out if a folder belongs to a name that one guesses. It opens and makes nothing.
 */
export function clusterIdOf(nameKey: Uint8Array, store: string, name: string): string {
  if (name === '' || !name.isWellFormed()) {
    throw new KlosetStoreError(
      'key.wrong-cluster',
      'A cluster’s name must be a text that is not empty and valid Unicode.',
      {
        advice: 'Give the cluster another name.',
      },
    );
  }
  return createHmac('sha256', nameKey)
    .update(lengthPrefixed('etcd-kloset/v1/cluster-id', idBytes(store), name))
    .digest()
    .subarray(0, ID_BYTES)
    .toString('hex');
}

/**
 * One cluster's share of an epoch's metadata key or id key (see {@link deriveKey}); fields: the store's id
 * (16 bytes), the cluster's id (16 bytes, or nothing for the store as a whole). Nothing is ever sealed or
 * hashed with the epoch's key itself, and from a cluster's key no other can be reached.
 */
export function clusterKey(
  epochKey: Uint8Array,
  purpose: ClusterKeyPurpose,
  store: string,
  cluster: string | undefined,
): Uint8Array {
  return deriveKey(epochKey, purpose, [idBytes(store), cluster === undefined ? '' : idBytes(cluster)]);
}
