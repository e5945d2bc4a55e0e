import { hkdfSync } from 'node:crypto';
import { lengthPrefixed } from './length-prefixed.ts';

/** Length in bytes of every symmetric key in this project. */
export const KEY_BYTES = 32;

const NO_SALT = new Uint8Array(0);

/**
 * HKDF-SHA-256 (RFC 5869) of `key`, 32 bytes long.
 *
 * info = length-prefixed fields: the text `etcd-kloset/v1/<purpose>`, then `fields`.
 */
export function deriveKey(
  key: Uint8Array,
  purpose: string,
  fields: readonly (string | Uint8Array)[] = [],
  salt: Uint8Array = NO_SALT,
): Uint8Array {
  const info = lengthPrefixed(`etcd-kloset/v1/${purpose}`, ...fields);
  return new Uint8Array(hkdfSync('sha256', key, salt, info, KEY_BYTES));
}
