import { KlosetStoreError } from '../errors.ts';

export type KeyRole = 'owner' | 'writer' | 'keeper';

/** A cluster's folder and the name that belongs to it. */
export interface ClusterRef {
  /** 32 hex digits. */
  readonly id: string;
  readonly name: string;
}

/**
 * The keys that somebody holds, whoever it is. What a role does not hold is asked for in vain: the error says
 * whose key is needed. The same array is returned each time, which is what seals cache parsed keys by.
 *
 * `cluster` is a cluster's id; `undefined` stands for what belongs to the store as a whole.
 * Each method that takes an epoch throws `key.epoch` for one that this key ring does not have.
 */
export interface KeyRing {
  /** The store's id, 32 hex digits. */
  readonly store: string;
  readonly role: KeyRole;
  /** The one cluster that this key ring is good for; none for the whole store. */
  readonly clusterOnly: ClusterRef | undefined;
  /** The current epoch: new objects are written in it. */
  readonly epoch: number;
  /** All epochs whose objects can be opened, ascending, and when each began (RFC 3339). */
  readonly epochs: readonly { readonly epoch: number; readonly created: string }[];

  /** The id of a cluster's folder. @throws `key.wrong-cluster` for another one than `clusterOnly` */
  clusterIdOf(name: string): string;
  /** 32 bytes, for `sealMetadata`. Every role has it. @throws `key.wrong-cluster` */
  metadataKey(cluster: string | undefined, epoch: number): Uint8Array;
  /** 32 bytes, for `rowHasher`. @throws `key.needs-writer`, `key.wrong-cluster` */
  idKey(cluster: string | undefined, epoch: number): Uint8Array;
  /** 1,216 bytes, for `sealTo`. @throws `key.needs-writer` */
  dataPublicKey(epoch: number): Uint8Array;
  /** 32 bytes, for `openWith`. @throws `key.needs-owner` */
  dataPrivateKey(epoch: number): Uint8Array;
  /** 32 bytes, for `signAsKeeper`. @throws `key.needs-keeper` */
  keeperKey(epoch: number): Uint8Array;
  /** 32 bytes, for `checkKeeperSignature`. Every role has it. */
  keeperPublicKey(epoch: number): Uint8Array;
}

/** What an epoch offers to one role: a function where the role holds the key, nothing where it does not. */
export interface HeldEpoch {
  readonly epoch: number;
  readonly created: string;
  readonly metadataKey: (cluster: string | undefined) => Uint8Array;
  readonly idKey?: (cluster: string | undefined) => Uint8Array;
  readonly dataPublicKey?: () => Uint8Array;
  readonly dataPrivateKey?: () => Uint8Array;
  readonly keeperKey?: () => Uint8Array;
  readonly keeperPublicKey: () => Uint8Array;
}

export interface HeldKeys {
  readonly store: string;
  readonly role: KeyRole;
  readonly clusterOnly?: ClusterRef;
  readonly current: number;
  readonly epochs: readonly HeldEpoch[];
  readonly clusterIdOf: (name: string) => string;
}

/** A key ring over what is held; derived keys are kept once they have been made. */
export function keyRing(held: HeldKeys): KeyRing {
  const epochs = new Map(held.epochs.map((epoch) => [epoch.epoch, epoch]));
  const made = new Map<string, Uint8Array>();

  const inEpoch = (epoch: number): HeldEpoch => epochs.get(epoch) ?? fail(unknownEpoch(held, epoch));
  const once = (name: string, make: () => Uint8Array): Uint8Array => {
    let key = made.get(name);
    if (key === undefined) made.set(name, (key = make()));
    return key;
  };
  const requireCluster = (cluster: string | undefined): void => {
    if (held.clusterOnly !== undefined && cluster !== held.clusterOnly.id) throw wrongCluster(held, cluster);
  };

  return {
    store: held.store,
    role: held.role,
    clusterOnly: held.clusterOnly,
    epoch: held.current,
    epochs: held.epochs.map(({ epoch, created }) => ({ epoch, created })),
    clusterIdOf: held.clusterIdOf,
    metadataKey(cluster, epoch) {
      requireCluster(cluster);
      const { metadataKey } = inEpoch(epoch);
      return once(`metadata ${epoch} ${cluster ?? ''}`, () => metadataKey(cluster));
    },
    idKey(cluster, epoch) {
      requireCluster(cluster);
      const idKey = inEpoch(epoch).idKey ?? fail(needsWriter(held));
      return once(`id ${epoch} ${cluster ?? ''}`, () => idKey(cluster));
    },
    dataPublicKey: (epoch) =>
      once(`public ${epoch}`, inEpoch(epoch).dataPublicKey ?? fail(needsWriter(held))),
    dataPrivateKey: (epoch) =>
      once(`private ${epoch}`, inEpoch(epoch).dataPrivateKey ?? fail(needsOwner(held.role))),
    keeperKey: (epoch) => once(`keeper ${epoch}`, inEpoch(epoch).keeperKey ?? fail(needsKeeper(held))),
    keeperPublicKey: (epoch) => once(`keeper public ${epoch}`, inEpoch(epoch).keeperPublicKey),
  };
}

function fail(error: KlosetStoreError): never {
  throw error;
}

/** @param role whose key was given; none when no key was given at all */
export function needsOwner(role?: KeyRole): KlosetStoreError {
  const given = role === undefined ? 'No key was given' : `A ${role} key was given, which decrypts no backup`;
  return new KlosetStoreError('key.needs-owner', `${given}: this needs the owner's key.`, {
    advice: "Give the owner's key with --identity-file or --passphrase-file.",
  });
}

function needsWriter({ role }: HeldKeys): KlosetStoreError {
  return new KlosetStoreError('key.needs-writer', `A ${role} key was given, which cannot back up.`, {
    advice:
      "Give a writer key with --writer-key-file, or the owner's key with --identity-file or --passphrase-file.",
  });
}

function needsKeeper({ role }: HeldKeys): KlosetStoreError {
  return new KlosetStoreError('key.needs-keeper', `A ${role} key was given, which cannot forget or prune.`, {
    advice:
      "Give a keeper key with --keeper-key-file, or the owner's key with --identity-file or --passphrase-file.",
  });
}

function wrongCluster({ clusterOnly, role }: HeldKeys, cluster: string | undefined): KlosetStoreError {
  return new KlosetStoreError(
    'key.wrong-cluster',
    `This ${role} key is good for the cluster ${JSON.stringify(clusterOnly?.name)} only, not for ` +
      (cluster === undefined ? 'the store as a whole.' : `the one with the id ${cluster}.`),
    { advice: "Ask the store's owner for a writer key of that cluster." },
  );
}

function unknownEpoch({ role, current }: HeldKeys, epoch: number): KlosetStoreError {
  return new KlosetStoreError(
    'key.epoch',
    epoch > current
      ? `This is of key epoch ${epoch}, but the ${role} key that was given is of epoch ${current}: the keys were rotated since.`
      : `This is of key epoch ${epoch}, which the ${role} key that was given does not hold.`,
    { advice: "Ask the store's owner for a new key.", context: { epoch, current } },
  );
}
