import { constants, zstdCompressSync, zstdDecompressSync } from 'node:zlib';

/** zlib gathers its output in buffers of this size; one that holds all of it saves joining them. */
const LEAST_BUFFER = 16 * 1024;
/** Never taken at once on the word of a frame that may lie. */
const MOST_BUFFER = 8 * 1024 * 1024;

/** The window that low levels take by themselves. */
const SMALL_WINDOW = 2 * 1024 * 1024;
/** 8 MiB, all of a chunk: what lies far apart is found, at no cost that could be measured. */
const WINDOW_LOG = 23;

/** Zstandard (RFC 8878) in one frame. Level 3 unless told otherwise. */
export function compress(bytes: Uint8Array, level = 3): Buffer {
  return zstdCompressSync(bytes, {
    params: {
      [constants.ZSTD_c_compressionLevel]: level,
      [constants.ZSTD_c_contentSizeFlag]: 1,
      ...(bytes.length > SMALL_WINDOW ? { [constants.ZSTD_c_windowLog]: WINDOW_LOG } : {}),
    },
    pledgedSrcSize: bytes.length,
    chunkSize: bufferFor(bytes.length / 4),
  });
}

/** @param size what must come out, exactly: a lying frame cannot fill memory. */
export function decompress(bytes: Uint8Array, size: number): Buffer {
  const plain = zstdDecompressSync(bytes, {
    maxOutputLength: Math.max(1, size),
    // A little more, or zlib asks for another buffer to find that nothing is left.
    chunkSize: bufferFor(size + 64),
  });
  if (plain.length !== size) throw new RangeError(`${plain.length} bytes came out instead of ${size}`);
  return plain;
}

function bufferFor(size: number): number {
  return Math.ceil(Math.min(MOST_BUFFER, Math.max(LEAST_BUFFER, size)));
}
