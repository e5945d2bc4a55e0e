import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { PipelineError } from '../errors.ts';

const VERSION = 1;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const HEAD_BYTES = 1 + NONCE_BYTES;
/** What sealing adds, in bytes. */
export const STAGED_OVERHEAD = HEAD_BYTES + TAG_BYTES;
/** Node gives new memory for what it encrypts: in slices there is no second copy of all of it. */
const SLICE_BYTES = 1024 * 1024;

/**
 * Encrypts what is to wait in staging: AES-256-GCM with a random nonce.
 *
 * ```
 *  1  version 1
 * 12  nonce
 *  …  ciphertext
 * 16  tag
 * ```
 * @param key of `stagingKey`
 * @param aad of `stagingAad`
 * @param parts the plain bytes, in order
 * @returns bytes that are alone in their memory
 */
export function sealStaged(
  key: Uint8Array,
  aad: Uint8Array,
  parts: readonly Uint8Array[],
): Uint8Array<ArrayBuffer> {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv('aes-256-gcm', key, nonce, { authTagLength: TAG_BYTES });
  cipher.setAAD(aad);
  const sealed = new Uint8Array(parts.reduce((sum, { length }) => sum + length, STAGED_OVERHEAD));
  sealed[0] = VERSION;
  sealed.set(nonce, 1);
  let at = HEAD_BYTES;
  for (const part of parts) {
    for (let from = 0; from < part.length; from += SLICE_BYTES) {
      const slice = cipher.update(part.subarray(from, from + SLICE_BYTES));
      sealed.set(slice, at);
      at += slice.length;
    }
  }
  cipher.final();
  sealed.set(cipher.getAuthTag(), at);
  return sealed;
}

/**
 * Opens what {@link sealStaged} made.
 *
 * @param room gives memory for the plain bytes; whoever calls often can give the same again
 * @throws PipelineError `staging.does-not-open`
 */
export function openStaged(
  key: Uint8Array,
  aad: Uint8Array,
  sealed: Uint8Array,
  room: (bytes: number) => Uint8Array = (bytes) => Buffer.allocUnsafeSlow(bytes),
): Uint8Array {
  if (sealed.length < STAGED_OVERHEAD || sealed[0] !== VERSION) throw doesNotOpen();
  const end = sealed.length - TAG_BYTES;
  const decipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(1, HEAD_BYTES), {
    authTagLength: TAG_BYTES,
  });
  decipher.setAAD(aad);
  decipher.setAuthTag(sealed.subarray(end));
  const plain = room(end - HEAD_BYTES);
  for (let at = HEAD_BYTES; at < end; at += SLICE_BYTES) {
    plain.set(decipher.update(sealed.subarray(at, Math.min(end, at + SLICE_BYTES))), at - HEAD_BYTES);
  }
  try {
    decipher.final();
  } catch (cause) {
    throw doesNotOpen(cause);
  }
  return plain;
}

function doesNotOpen(cause?: unknown): PipelineError {
  return new PipelineError(
    'staging.does-not-open',
    'what waited in staging is damaged, or was sealed with another key or for another place',
    {
      advice: 'The backup reads its cluster again. If it goes on, find out who writes to Redis.',
      retryable: true,
      cause,
    },
  );
}
