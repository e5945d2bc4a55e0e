import { KlosetStoreError } from '../errors.ts';

/** The version of the store's format; stands in every object. */
export const FORMAT_VERSION = 1;
/** HPKE base mode with X-Wing and AES-256-GCM; metadata AES-256-GCM; SHA-256; Zstandard. */
export const SUITE = 1;

/** `KL` and a letter for the kind. */
export type Magic = 'KLC' | 'KLT' | 'KLS' | 'KLN' | 'KLG';

export const HEADER_BYTES = 9;

/** The nine bytes every sealed object begins with: magic (3), format version (u8), suite (u8), key epoch (u32, little-endian). */
export function encodeHeader(magic: Magic, epoch: number): Uint8Array {
  const out = Buffer.alloc(HEADER_BYTES);
  out.write(magic, 0, 'latin1');
  out[3] = FORMAT_VERSION;
  out[4] = SUITE;
  out.writeUInt32LE(epoch, 5);
  return out;
}

/**
 * @param name the object's name in the store, for the error
 * @returns the key epoch
 * @throws `object.malformed`, `store.newer-format`
 */
export function decodeHeader(magic: Magic, bytes: Uint8Array, name: string): number {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (buffer.length < HEADER_BYTES || buffer.toString('latin1', 0, 3) !== magic) {
    throw new KlosetStoreError('object.malformed', `${name} is not what its name says`, {
      context: { object: name },
    });
  }
  if (buffer[3]! > FORMAT_VERSION || buffer[4]! > SUITE) {
    throw new KlosetStoreError(
      'store.newer-format',
      `${name} was written in a newer format (${buffer[3]!}, suite ${buffer[4]!})`,
      {
        advice: 'Use a newer etcd-kloset for this store.',
        context: { object: name },
      },
    );
  }
  if (buffer[3] !== FORMAT_VERSION || buffer[4] !== SUITE) {
    throw new KlosetStoreError('object.malformed', `${name} names a format that never was`, {
      context: { object: name },
    });
  }
  return buffer.readUInt32LE(5);
}
