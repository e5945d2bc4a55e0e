import { randomBytes } from 'node:crypto';
import { openOnce, sealOnce, TAG_BYTES } from './aes-gcm.ts';
import { deriveKey } from './derive-key.ts';
import { doesNotOpen, encodeContext, type SealContext } from './seal-context.ts';

const SALT_BYTES = 32;

/** What sealing adds to metadata, in bytes. */
export const METADATA_OVERHEAD = SALT_BYTES + TAG_BYTES;

/** A metadata key and what the object is. */
export interface MetadataSeal {
  /** 32 bytes: `KeyRing.metadataKey(context.cluster, context.epoch)`. */
  readonly key: Uint8Array;
  readonly context: SealContext;
}

/**
 * Seals a table, record, note or configuration:
 *
 * | bytes | what |
 * |---|---|
 * | 32 | salt, random |
 * | n | ciphertext, as long as the plain text |
 * | 16 | tag |
 *
 * AES-256-GCM; the key is HKDF-SHA-256 of the metadata key with that salt and the purpose `metadata-object`
 * (see {@link deriveKey}); the nonce is 12 zero bytes, since no key is used twice; the AAD is
 * {@link encodeContext}. A random salt of 256 bits per object leaves no count of objects after which the
 * key would have to change, which random nonces of 96 bits under one key would.
 */
export function sealMetadata({ key, context }: MetadataSeal, plain: Uint8Array): Uint8Array {
  const salt = randomBytes(SALT_BYTES);
  const sealed = sealOnce(objectKey(key, salt), encodeContext(context), plain);
  return Buffer.concat([salt, sealed]);
}

/** Opens what {@link sealMetadata} made, or fails with `seal.does-not-open`. */
export function openMetadata({ key, context }: MetadataSeal, sealed: Uint8Array): Uint8Array {
  if (sealed.length < METADATA_OVERHEAD) throw doesNotOpen(context);
  const salt = sealed.subarray(0, SALT_BYTES);
  const plain = openOnce(objectKey(key, salt), encodeContext(context), sealed.subarray(SALT_BYTES));
  if (plain === undefined) throw doesNotOpen(context);
  return plain;
}

function objectKey(key: Uint8Array, salt: Uint8Array): Uint8Array {
  return deriveKey(key, 'metadata-object', [], salt);
}
