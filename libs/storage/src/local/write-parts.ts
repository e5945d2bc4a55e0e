import { type DiskFile } from './disk.ts';

/** Bytes for one system call, and so between two looks at the abort signal. */
const bytesAtOnce = 8 * 1024 * 1024;

/** Longest list of buffers that one system call takes (IOV_MAX). */
const partsAtOnce = 1024;

/** Writes the parts one after the other, without joining them. A call that writes less is continued. */
export async function writeParts(
  file: DiskFile,
  parts: readonly Uint8Array[],
  signal: AbortSignal | undefined,
): Promise<void> {
  for (const batch of batches(parts)) {
    let rest = batch;
    while (rest.length > 0) {
      signal?.throwIfAborted();
      const { bytesWritten } = await file.writev(rest);
      rest = skip(rest, bytesWritten);
    }
  }
}

function* batches(parts: readonly Uint8Array[]): Generator<Uint8Array[]> {
  let batch: Uint8Array[] = [];
  let size = 0;
  for (const part of parts) {
    for (let at = 0; at < part.byteLength; at += bytesAtOnce) {
      const piece = part.subarray(at, at + bytesAtOnce);
      if (batch.length === partsAtOnce || size + piece.byteLength > bytesAtOnce) {
        yield batch;
        batch = [];
        size = 0;
      }
      batch.push(piece);
      size += piece.byteLength;
    }
  }
  if (batch.length > 0) yield batch;
}

/** What is left of the parts after their first `count` bytes. */
function skip(parts: Uint8Array[], count: number): Uint8Array[] {
  let left = count;
  let at = 0;
  while (at < parts.length && left >= parts[at]!.byteLength) {
    left -= parts[at]!.byteLength;
    at += 1;
  }
  const rest = parts.slice(at);
  if (left > 0) rest[0] = rest[0]!.subarray(left);
  return rest;
}
