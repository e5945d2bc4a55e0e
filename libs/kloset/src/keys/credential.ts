import { KlosetStoreError } from '../errors.ts';
import { keeperPublicKeyOf } from '../seal/keeper-signature.ts';
import { clusterIdOf, clusterKey, type ClusterKeyPurpose } from './derivations.ts';
import { type ClusterRef, keyRing, type KeyRing } from './key-ring.ts';
import { type MasterBundle } from './master-bundle.ts';
import { ownerRing } from './owner-ring.ts';

export interface WriterEpoch {
  readonly epoch: number;
  readonly created: string;
  /** X-Wing public key, 1,216 bytes. */
  readonly dataPublicKey: Uint8Array;
  /** The epoch's key (32 bytes), or the one derived for the one cluster. */
  readonly metadataKey: Uint8Array;
  /** The epoch's key (32 bytes), or the one derived for the one cluster. */
  readonly idKey: Uint8Array;
  /** Ed25519 public key, 32 bytes. */
  readonly keeperPublicKey: Uint8Array;
}

/**
 * Can back up, deduplicate and list, in the whole store or in one cluster. Cannot decrypt a chunk, forget or
 * prune. It carries the metadata keys of older epochs too, because it reads tables and records of theirs.
 */
export interface WriterCredential {
  readonly role: 'writer';
  readonly store: string;
  readonly reach:
    { readonly to: 'store'; readonly nameKey: Uint8Array } | ({ readonly to: 'cluster' } & ClusterRef);
  readonly current: number;
  readonly epochs: readonly WriterEpoch[];
}

export interface KeeperEpoch {
  readonly epoch: number;
  readonly created: string;
  readonly metadataKey: Uint8Array;
  /** Ed25519 private key, 32 bytes. */
  readonly keeperKey: Uint8Array;
}

/** Can list, forget, prune and annotate. Cannot decrypt a chunk, make one, or guess at a row by its hash. */
export interface KeeperCredential {
  readonly role: 'keeper';
  readonly store: string;
  readonly nameKey: Uint8Array;
  readonly current: number;
  readonly epochs: readonly KeeperEpoch[];
}

export type Credential = WriterCredential | KeeperCredential;

/** @param clusterName narrows the credential to this cluster; without it, the whole store */
export function issueWriterCredential(bundle: MasterBundle, clusterName?: string): WriterCredential {
  const { store, nameKey, current } = bundle;
  const owner = ownerRing(bundle);
  const cluster =
    clusterName === undefined ? undefined : { id: owner.clusterIdOf(clusterName), name: clusterName };
  return {
    role: 'writer',
    store,
    reach: cluster === undefined ? { to: 'store', nameKey } : { to: 'cluster', ...cluster },
    current,
    epochs: bundle.epochs.map(({ epoch, created, metadataKey, idKey }) => ({
      epoch,
      created,
      dataPublicKey: owner.dataPublicKey(epoch),
      metadataKey: cluster === undefined ? metadataKey : owner.metadataKey(cluster.id, epoch),
      idKey: cluster === undefined ? idKey : owner.idKey(cluster.id, epoch),
      keeperPublicKey: owner.keeperPublicKey(epoch),
    })),
  };
}

export function issueKeeperCredential({ store, nameKey, current, epochs }: MasterBundle): KeeperCredential {
  return {
    role: 'keeper',
    store,
    nameKey,
    current,
    epochs: epochs.map(({ epoch, created, metadataKey, keeperKey }) => ({
      epoch,
      created,
      metadataKey,
      keeperKey,
    })),
  };
}

/** The key ring of whoever holds the credential. */
export function credentialRing(credential: Credential): KeyRing {
  return credential.role === 'writer' ? writerRing(credential) : keeperRing(credential);
}

function writerRing({ store, reach, current, epochs }: WriterCredential): KeyRing {
  // A credential of one cluster holds that cluster's keys; the key ring refuses every other cluster.
  const share = (key: Uint8Array, purpose: ClusterKeyPurpose, cluster: string | undefined) =>
    reach.to === 'cluster' ? key : clusterKey(key, purpose, store, cluster);
  return keyRing({
    store,
    role: 'writer',
    current,
    clusterOnly: reach.to === 'cluster' ? { id: reach.id, name: reach.name } : undefined,
    clusterIdOf: (name) =>
      reach.to === 'cluster' ? onlyCluster(reach, name) : clusterIdOf(reach.nameKey, store, name),
    epochs: epochs.map((keys) => ({
      epoch: keys.epoch,
      created: keys.created,
      metadataKey: (cluster) => share(keys.metadataKey, 'cluster-metadata-key', cluster),
      idKey: (cluster) => share(keys.idKey, 'cluster-row-id-key', cluster),
      dataPublicKey: () => keys.dataPublicKey,
      keeperPublicKey: () => keys.keeperPublicKey,
    })),
  });
}

function keeperRing({ store, nameKey, current, epochs }: KeeperCredential): KeyRing {
  return keyRing({
    store,
    role: 'keeper',
    current,
    clusterIdOf: (name) => clusterIdOf(nameKey, store, name),
    epochs: epochs.map((keys) => ({
      epoch: keys.epoch,
      created: keys.created,
      metadataKey: (cluster) => clusterKey(keys.metadataKey, 'cluster-metadata-key', store, cluster),
      keeperKey: () => keys.keeperKey,
      keeperPublicKey: () => keeperPublicKeyOf(keys.keeperKey),
    })),
  });
}

function onlyCluster(cluster: ClusterRef, name: string): string {
  if (name === cluster.name) return cluster.id;
  throw new KlosetStoreError(
    'key.wrong-cluster',
    `This writer key is good for the cluster ${JSON.stringify(cluster.name)} only, not for ${JSON.stringify(name)}.`,
    { advice: "Ask the store's owner for a writer key of that cluster: etcd-kloset keys writer --cluster." },
  );
}
