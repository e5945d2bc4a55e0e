import { KlosetStoreError } from '../errors.ts';
import { compress, decompress } from '../format/compress.ts';

/** More than any table, record or note needs; a frame that claims more is refused before it is opened. */
const MOST = 256 * 1024 * 1024;

/** Compressed bytes with their plain size (u32, little-endian) before them. */
export function pack(parts: readonly Uint8Array[]): Uint8Array {
  const plain = parts.length === 1 ? parts[0]! : Buffer.concat(parts);
  const size = Buffer.alloc(4);
  size.writeUInt32LE(plain.length);
  return Buffer.concat([size, compress(plain)]);
}

/** @param what names the thing in errors. */
export function unpack(packed: Uint8Array, what: string): Uint8Array {
  const buffer = Buffer.from(packed.buffer, packed.byteOffset, packed.byteLength);
  try {
    const size = buffer.readUInt32LE(0);
    if (size > MOST) throw new RangeError(`it claims ${size} bytes`);
    return decompress(buffer.subarray(4), size);
  } catch (cause) {
    throw new KlosetStoreError('object.malformed', `${what} does not decompress`, {
      cause,
      context: { object: what },
    });
  }
}
