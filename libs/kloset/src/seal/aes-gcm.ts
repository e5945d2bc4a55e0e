import { createCipheriv, createDecipheriv } from 'node:crypto';

/** What sealing adds to a message, in bytes: the tag that follows the ciphertext. */
export const TAG_BYTES = 16;

/** Every key that comes in here seals one message only, so the nonce (12 bytes) can stay zero. */
const NONCE = new Uint8Array(12);

/**
 * AES-256-GCM of one message under a key that is used for nothing else.
 *
 * @returns the ciphertext, as long as `plain`, followed by the tag of 16 bytes
 */
export function sealOnce(key: Uint8Array, aad: Uint8Array, plain: Uint8Array): Uint8Array {
  const cipher = createCipheriv('aes-256-gcm', key, NONCE, { authTagLength: TAG_BYTES });
  cipher.setAAD(aad);
  const sealed = Buffer.allocUnsafeSlow(plain.length + TAG_BYTES);
  sealed.set(cipher.update(plain));
  cipher.final();
  sealed.set(cipher.getAuthTag(), plain.length);
  return sealed;
}

/** Opens what {@link sealOnce} made; `undefined` when key, `aad` or any bit of `sealed` is not the same. */
export function openOnce(key: Uint8Array, aad: Uint8Array, sealed: Uint8Array): Uint8Array | undefined {
  if (sealed.length < TAG_BYTES) return undefined;
  const length = sealed.length - TAG_BYTES;
  const decipher = createDecipheriv('aes-256-gcm', key, NONCE, { authTagLength: TAG_BYTES });
  decipher.setAAD(aad);
  decipher.setAuthTag(sealed.subarray(length));
  const plain = decipher.update(sealed.subarray(0, length));
  try {
    decipher.final();
  } catch {
    // The tag does not match: the only way in which `final` fails here.
    return undefined;
  }
  return plain;
}
