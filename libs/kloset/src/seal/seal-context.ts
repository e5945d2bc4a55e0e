import { KlosetStoreError } from '../errors.ts';
import { lengthPrefixed, u32 } from './length-prefixed.ts';

/**
 * What a sealed object is and where it belongs. It is not stored with the object: whoever opens one says
 * what it must be, and an object that is something else does not open. So a record that was renamed, copied
 * to another cluster or store, or put in the place of another one is found out.
 */
export interface SealContext {
  /** Version of the store's format. */
  readonly format: number;
  /** The store's id, 32 hex digits. */
  readonly store: string;
  /** The cluster's id, 32 hex digits; none for what belongs to the store as a whole. */
  readonly cluster?: string;
  /** Such as `chunk`, `table`, `snapshot`. Two parts of one object that are sealed apart are two kinds. */
  readonly kind: string;
  /** What the object is called among its kind; empty for what is named after its own bytes. */
  readonly id: string;
  /** The key epoch. */
  readonly epoch: number;
}

const HEX_ID = /^[0-9a-f]{32}$/;

/**
 * The bytes that are authenticated for a context: seven length-prefixed fields (see {@link lengthPrefixed}).
 *
 * 1. the text `etcd-kloset/v1/context`
 * 2. the format version, 4 bytes, big-endian
 * 3. the store's id, 16 bytes
 * 4. the cluster's id, 16 bytes, or nothing
 * 5. the kind, UTF-8
 * 6. the id, UTF-8
 * 7. the key epoch, 4 bytes, big-endian
 */
export function encodeContext(context: SealContext): Uint8Array {
  return lengthPrefixed(
    'etcd-kloset/v1/context',
    u32(context.format),
    idBytes(context.store),
    context.cluster === undefined ? '' : idBytes(context.cluster),
    context.kind,
    context.id,
    u32(context.epoch),
  );
}

/** A store's or a cluster's id as its 16 bytes. A wrong id here is a mistake in the program: `TypeError`. */
export function idBytes(id: string): Uint8Array {
  if (!HEX_ID.test(id)) throw new TypeError(`not an id of 32 hex digits: ${JSON.stringify(id)}`);
  return Buffer.from(id, 'hex');
}

/** The error for an object that is not, to the last bit, what was sealed with this key for this context. */
export function doesNotOpen(context: SealContext, cause?: unknown): KlosetStoreError {
  const name = context.id === '' ? `A ${context.kind}` : `The ${context.kind} ${context.id}`;
  const place = context.cluster === undefined ? `store ${context.store}` : `cluster ${context.cluster}`;
  return new KlosetStoreError(
    'seal.does-not-open',
    `${name} of ${place}, key epoch ${context.epoch}, does not open: it was damaged or altered, it was put` +
      ' there under another name or from another cluster or store, or the key is not the one it was sealed with.',
    {
      advice:
        'Run `etcd-kloset check` to see what else is affected, and make sure that the key is of this store.',
      context: {
        store: context.store,
        cluster: context.cluster,
        kind: context.kind,
        id: context.id,
        epoch: context.epoch,
      },
      cause,
    },
  );
}
