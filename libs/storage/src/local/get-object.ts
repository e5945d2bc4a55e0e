import { constants } from 'node:buffer';
import { type ByteRange, type GetOptions } from '../storage.ts';
import { StorageError } from '../storage-error.ts';
import { type DiskFile } from './disk.ts';
import { notAnObject, openObject } from './object-file.ts';
import { type Place } from './place.ts';

/** Bytes for one system call, and so between two looks at the abort signal. */
const bytesAtOnce = 16 * 1024 * 1024;

export async function getObject(
  place: Place,
  name: string,
  range: ByteRange | undefined,
  { signal, maxBytes = constants.MAX_LENGTH }: GetOptions,
): Promise<Buffer> {
  const file = await openObject(place, name);
  if (file === undefined) {
    await place.assertThere();
    throw new StorageError('storage.not-found', `${name} is not in ${place.url}.`);
  }
  try {
    const stats = await file.stat();
    if (!stats.isFile()) throw notAnObject(place, name);
    const { offset, length } = range ?? { offset: 0, length: stats.size };
    assertRangeInside(name, offset, length, stats.size);
    if (length > maxBytes) throw tooLarge(name, length, maxBytes);
    return await readExactly(file, name, offset, length, signal);
  } finally {
    await file.close();
  }
}

async function readExactly(
  file: DiskFile,
  name: string,
  offset: number,
  length: number,
  signal: AbortSignal | undefined,
): Promise<Buffer> {
  // Not from the shared pool: the caller may hand the memory on to a worker.
  const bytes = Buffer.allocUnsafeSlow(length);
  for (let done = 0; done < length;) {
    signal?.throwIfAborted();
    const { bytesRead } = await file.read({
      buffer: bytes,
      offset: done,
      length: Math.min(length - done, bytesAtOnce),
      position: offset + done,
    });
    if (bytesRead === 0) {
      throw new StorageError('storage.io', `${name} ended after ${offset + done} bytes while it was read.`, {
        advice: 'Somebody cut the file off. Run check on the store.',
      });
    }
    done += bytesRead;
  }
  return bytes;
}

function assertRangeInside(name: string, offset: number, length: number, size: number): void {
  const isCount = (value: number): boolean => Number.isSafeInteger(value) && value >= 0;
  if (isCount(offset) && isCount(length) && offset + length <= size) return;
  throw new StorageError(
    'storage.bad-range',
    `${name} has ${size} bytes: there are no ${length} bytes from offset ${offset}.`,
    { context: { size, offset, length } },
  );
}

function tooLarge(name: string, length: number, maxBytes: number): StorageError {
  return new StorageError(
    'storage.too-large',
    `${name} would take ${length} bytes of memory; at most ${maxBytes} are expected.`,
    { advice: 'Run check on the store: the object may not be what it should be.' },
  );
}
