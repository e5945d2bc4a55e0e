import { randomBytes } from 'node:crypto';
import { KlosetStoreError } from '../errors.ts';
import { KEY_BYTES } from '../seal/derive-key.ts';
import { generateXWingSeed, X_WING } from '../seal/x-wing.ts';
import { storeIdOf } from './derivations.ts';
import { type Fields, parseFields, unreadable } from './strict-json.ts';

/** The keys of one epoch, from which everything that is written in it can be made and opened. */
export interface MasterEpoch {
  /** Counts from 1. */
  readonly epoch: number;
  /** When it began, RFC 3339 in UTC. */
  readonly created: string;
  /** X-Wing seed (32 bytes): opens chunks; its public key seals them. */
  readonly dataPrivateKey: Uint8Array;
  /** 32 bytes: the clusters' metadata keys come from it. */
  readonly metadataKey: Uint8Array;
  /** 32 bytes: the clusters' keys for row hashes come from it. */
  readonly idKey: Uint8Array;
  /** Ed25519 private key (32 bytes): signs what may be deleted. */
  readonly keeperKey: Uint8Array;
}

/**
 * All the secrets of a store: what a key file opens to. A rotation adds an epoch and writes the key files
 * again; older epochs stay, so that older objects still open.
 */
export interface MasterBundle {
  /** The store's id, 32 hex digits, which follows from `storeSecret`. */
  readonly store: string;
  readonly storeSecret: Uint8Array;
  /** 32 bytes that name clusters' folders, the same in all epochs. */
  readonly nameKey: Uint8Array;
  /** The epoch in which new objects are written: the highest. */
  readonly current: number;
  /** In ascending order. */
  readonly epochs: readonly MasterEpoch[];
}

const FORMAT = 1;
/** So that whoever opens a key file with the `age` command sees what it is. */
const WHAT = 'etcd-kloset master keys';

/** Fresh secrets for a new store. */
export function createMasterBundle(now: Date = new Date()): MasterBundle {
  const storeSecret = randomKey();
  return {
    store: storeIdOf(storeSecret),
    storeSecret,
    nameKey: randomKey(),
    current: 1,
    epochs: [freshEpoch(1, now)],
  };
}

/** The same store with one more epoch, in which everything new is to be written. */
export function addEpoch(bundle: MasterBundle, now: Date = new Date()): MasterBundle {
  const next = bundle.current + 1;
  return { ...bundle, current: next, epochs: [...bundle.epochs, freshEpoch(next, now)] };
}

/** JSON; keys are base64url without padding. */
export function encodeMasterBundle(bundle: MasterBundle): Uint8Array {
  const document = {
    what: WHAT,
    format: FORMAT,
    store: bundle.store,
    storeSecret: base64url(bundle.storeSecret),
    nameKey: base64url(bundle.nameKey),
    current: bundle.current,
    epochs: bundle.epochs.map((epoch) => ({
      epoch: epoch.epoch,
      created: epoch.created,
      dataPrivateKey: base64url(epoch.dataPrivateKey),
      metadataKey: base64url(epoch.metadataKey),
      idKey: base64url(epoch.idKey),
      keeperKey: base64url(epoch.keeperKey),
    })),
  };
  return Buffer.from(`${JSON.stringify(document)}\n`, 'utf8');
}

/**
 * @param name of the key file, for errors
 * @throws `key.unreadable`, `key.wrong-kind`, `key.newer-format`
 */
export function parseMasterBundle(json: Uint8Array, name: string): MasterBundle {
  const what = `What the key file ${name} holds`;
  const fields = parseFields(json, what);
  if (!fields.has('what') || fields.text('what') !== WHAT) {
    throw new KlosetStoreError('key.wrong-kind', `The key file ${name} opens, but it holds no master keys.`, {
      advice: 'It was not made by etcd-kloset: use another key file.',
    });
  }
  requireFormat(fields.count('format'), `The key file ${name}`);
  const bundle = {
    store: fields.id('store'),
    storeSecret: fields.bytes('storeSecret', KEY_BYTES),
    nameKey: fields.bytes('nameKey', KEY_BYTES),
    current: fields.count('current'),
    epochs: fields.list('epochs').map(parseEpoch),
  };
  requireEpochs(bundle, what);
  if (storeIdOf(bundle.storeSecret) !== bundle.store) {
    throw new KlosetStoreError(
      'key.wrong-store',
      `The key file ${name} claims to be of store ${bundle.store}, but its secrets are not.`,
      {
        advice: 'Somebody put it there who is no owner of this store: find out who can write to it.',
      },
    );
  }
  return bundle;
}

function parseEpoch(fields: Fields): MasterEpoch {
  return {
    epoch: fields.count('epoch'),
    created: fields.text('created'),
    dataPrivateKey: fields.bytes('dataPrivateKey', X_WING.privateKeyBytes),
    metadataKey: fields.bytes('metadataKey', KEY_BYTES),
    idKey: fields.bytes('idKey', KEY_BYTES),
    keeperKey: fields.bytes('keeperKey', KEY_BYTES),
  };
}

/** @throws `key.newer-format` */
export function requireFormat(format: number, what: string): void {
  if (format <= FORMAT) return;
  throw new KlosetStoreError(
    'key.newer-format',
    `${what} is of format ${format}; this program knows format ${FORMAT}.`,
    {
      advice: 'Use a newer etcd-kloset.',
    },
  );
}

/** Epochs ascend, and the current one is the last. */
export function requireEpochs(
  keys: { current: number; epochs: readonly { epoch: number }[] },
  what: string,
): void {
  const ascending = keys.epochs.every(
    ({ epoch }, index) => index === 0 || epoch > keys.epochs[index - 1]!.epoch,
  );
  if (!ascending || keys.epochs.at(-1)?.epoch !== keys.current) {
    throw unreadable(what, 'its epochs are not in order, or the current one is not the last');
  }
}

export function base64url(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64url');
}

function freshEpoch(epoch: number, now: Date): MasterEpoch {
  return {
    epoch,
    created: now.toISOString(),
    dataPrivateKey: generateXWingSeed(),
    metadataKey: randomKey(),
    idKey: randomKey(),
    keeperKey: randomKey(),
  };
}

function randomKey(): Uint8Array {
  return new Uint8Array(randomBytes(KEY_BYTES));
}
