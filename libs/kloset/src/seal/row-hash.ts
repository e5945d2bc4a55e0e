import { createHash, hash } from 'node:crypto';
import { deriveKey, KEY_BYTES } from './derive-key.ts';

/** Length in bytes of a row's keyed hash. */
export const ROW_HASH_BYTES = 16;

/** Rows up to this size (bytes) go through the buffer that is used again; a larger one is hashed where it is. */
const SCRATCH_BYTES = 1 << 18;

/** `Buffer#copy`, which needs no view of the source and works on any Uint8Array. */
const { copy: copyInto } = Buffer.prototype as {
  copy: (this: Uint8Array, target: Buffer, targetStart: number, start: number, end: number) => number;
};

/** Writes the keyed hash of `bytes[start, end)` to `out` at `outOffset`, 16 bytes. */
export type HashRowInto = (
  bytes: Uint8Array,
  start: number,
  end: number,
  out: Buffer,
  outOffset: number,
) => void;

/**
 * The keyed hash by which a row is known again: the first 16 bytes of SHA-256(k ‖ row), where k is
 * {@link deriveKey} of the id key with the purpose `row-hash`.
 *
 * A keyed SHA-256 without HMAC's second pass, because rows are many and small (a third of HMAC's time at
 * 5 KB). HMAC's second pass stops an attacker from extending a hash whose key he does not know; here he
 * sees 16 of the state's 32 bytes and would have to guess the other 128 bits. Two rows meet by chance with
 * probability 2^-128; only who has the id key can look for two that do, at 2^64 tries.
 *
 * @param idKey `KeyRing.idKey(cluster, epoch)`, 32 bytes
 * @returns a function that is not to be called from within itself: it uses one buffer again
 */
export function rowHasher(idKey: Uint8Array): HashRowInto {
  const key = deriveKey(idKey, 'row-hash');
  const scratch = Buffer.allocUnsafeSlow(KEY_BYTES + SCRATCH_BYTES);
  scratch.set(key);
  return (bytes, start, end, out, outOffset) => {
    const length = end - start;
    if (length < 0 || start < 0 || end > bytes.length) throw new RangeError('a row outside of its bytes');
    if (outOffset < 0 || outOffset + ROW_HASH_BYTES > out.length)
      throw new RangeError('no room for the hash');
    // As a binary string: the one-shot hash makes one in less time than a Buffer.
    let digest: string;
    if (length <= SCRATCH_BYTES) {
      copyInto.call(bytes, scratch, KEY_BYTES, start, end);
      digest = hash('sha256', scratch.subarray(0, KEY_BYTES + length), 'binary');
    } else {
      digest = createHash('sha256').update(key).update(bytes.subarray(start, end)).digest('binary');
    }
    out.write(digest, outOffset, ROW_HASH_BYTES, 'latin1');
  };
}
