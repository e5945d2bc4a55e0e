import { createPrivateKey, createPublicKey, type KeyObject, sign, verify } from 'node:crypto';
import { KlosetStoreError } from '../errors.ts';
import { lengthPrefixed } from './length-prefixed.ts';
import { encodeContext, type SealContext } from './seal-context.ts';

/** Length in bytes of a keeper's signature. */
export const KEEPER_SIGNATURE_BYTES = 64;

/** What stands before a raw Ed25519 key in its standard encoding (RFC 8410). */
const DER_PRIVATE = Buffer.from('302e020100300506032b657004220420', 'hex');
const DER_PUBLIC = Buffer.from('302a300506032b6570032100', 'hex');

/**
 * A keeper's word that something may go (Ed25519, RFC 8032), over the length-prefixed fields
 * `etcd-kloset/v1/keeper`, {@link encodeContext}, `body`.
 *
 * A signature and not a keyed digest, because writers read these markers as well: with a shared key everyone
 * who can check a marker could make one. That it does not withstand a quantum computer costs nothing here:
 * there is no secret in it, and forging one in years to come takes write access to the store of that day.
 *
 * @param keeperKey `KeyRing.keeperKey(context.epoch)`, 32 bytes
 */
export function signAsKeeper(keeperKey: Uint8Array, context: SealContext, body: Uint8Array): Uint8Array {
  return sign(null, signedBytes(context, body), privateKeyOf(keeperKey));
}

/**
 * @param keeperPublicKey `KeyRing.keeperPublicKey(context.epoch)`, 32 bytes
 * @throws `seal.not-the-keeper` when the signature is not the keeper's for exactly this
 */
export function checkKeeperSignature(
  keeperPublicKey: Uint8Array,
  context: SealContext,
  body: Uint8Array,
  signature: Uint8Array,
): void {
  const key = createPublicKey({
    key: Buffer.concat([DER_PUBLIC, keeperPublicKey]),
    format: 'der',
    type: 'spki',
  });
  if (
    signature.length === KEEPER_SIGNATURE_BYTES &&
    verify(null, signedBytes(context, body), key, signature)
  ) {
    return;
  }
  throw new KlosetStoreError(
    'seal.not-the-keeper',
    `The ${context.kind} ${context.id} does not bear the signature of this store's keeper for key epoch ${context.epoch}:` +
      ' it was altered, moved or made by somebody who may not.',
    {
      advice: 'Do not act on it; find out who can write to the store.',
      context: { store: context.store, cluster: context.cluster, kind: context.kind, id: context.id },
    },
  );
}

/** The public key (32 bytes) that belongs to a keeper's key. */
export function keeperPublicKeyOf(keeperKey: Uint8Array): Uint8Array {
  const publicKey = createPublicKey(privateKeyOf(keeperKey)).export({ format: 'der', type: 'spki' });
  return new Uint8Array(publicKey.subarray(DER_PUBLIC.length));
}

function privateKeyOf(keeperKey: Uint8Array): KeyObject {
  return createPrivateKey({ key: Buffer.concat([DER_PRIVATE, keeperKey]), format: 'der', type: 'pkcs8' });
}

function signedBytes(context: SealContext, body: Uint8Array): Uint8Array {
  return lengthPrefixed('etcd-kloset/v1/keeper', encodeContext(context), body);
}
