import { damaged } from '../bolt-error.ts';

/** Where a file's bytes come from. Synchronous: it is read in a worker thread or a command. */
export interface ByteSource {
  /** Bytes. */
  readonly size: number;
  /**
   * The bytes are valid until the next call of `read`.
   *
   * @throws BoltError `bbolt.truncated` past the end, `bbolt.read` when the operating system cannot read
   */
  read(position: number, length: number): Uint8Array;
}

/** The bytes must not change while they are read. What `read` returns is a view of them. */
export function memorySource(bytes: Uint8Array): ByteSource {
  return {
    size: bytes.length,
    read(position, length) {
      requireInside(position, length, bytes.length);
      return bytes.subarray(position, position + length);
    },
  };
}

export function requireInside(position: number, length: number, size: number): void {
  if (position < 0 || length < 0 || position + length > size) throw endsTooSoon(position, length, size);
}

export function endsTooSoon(position: number, length: number, size: number): Error {
  return damaged(
    'bbolt.truncated',
    `The file has ${size} bytes, and the ${length} bytes from ${position} on are needed.`,
    { position, length, size },
  );
}
