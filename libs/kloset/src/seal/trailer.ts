import { createHash, hash } from 'node:crypto';
import { KlosetStoreError } from '../errors.ts';

/** Length in bytes of the SHA-256 that ends an object which is not named by its own digest. */
export const TRAILER_BYTES = 32;

/**
 * Ends an object with the SHA-256 of all its bytes before, so that anyone can tell a sound one from a rotten
 * one without a key. It guards against decay, not against people: for those there is the seal within.
 */
export function withTrailer(parts: readonly Uint8Array[]): Uint8Array[] {
  const digest = createHash('sha256');
  for (const part of parts) digest.update(part);
  return [...parts, digest.digest()];
}

/**
 * @param name the object's name in the store, for the error
 * @returns the object without its trailer, as a view
 * @throws `object.rotten`
 */
export function checkTrailer(bytes: Uint8Array, name: string): Uint8Array {
  if (bytes.length < TRAILER_BYTES) throw rotten(name, `it has only ${bytes.length} bytes`);
  const body = bytes.subarray(0, bytes.length - TRAILER_BYTES);
  if (!hash('sha256', body, 'buffer').equals(bytes.subarray(body.length))) {
    throw rotten(name, 'its SHA-256 is not the one it ends with');
  }
  return body;
}

function rotten(name: string, reason: string): KlosetStoreError {
  return new KlosetStoreError('object.rotten', `${name} is damaged: ${reason}.`, {
    advice:
      'Put back a sound copy of this object, and run `etcd-kloset check` to see which snapshots need it.',
    context: { object: name },
  });
}
