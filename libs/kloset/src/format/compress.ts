import { constants, zstdCompressSync, zstdDecompressSync } from 'node:zlib';

/** Zstandard (RFC 8878) in one frame. Level 3 unless told otherwise. */
export function compress(bytes: Uint8Array, level = 3): Buffer {
  return zstdCompressSync(bytes, {
    params: {
      [constants.ZSTD_c_compressionLevel]: level,
      [constants.ZSTD_c_contentSizeFlag]: 1,
    },
    pledgedSrcSize: bytes.length,
  });
}

/** @param size what must come out, exactly: a lying frame cannot fill memory. */
export function decompress(bytes: Uint8Array, size: number): Buffer {
  const plain = zstdDecompressSync(bytes, { maxOutputLength: Math.max(1, size) });
  if (plain.length !== size) throw new RangeError(`${plain.length} bytes came out instead of ${size}`);
  return plain;
}
