import { constants } from 'node:fs';
import { type FileHandle, open, unlink } from 'node:fs/promises';
import path from 'node:path';
import { KlosetStoreError } from '../errors.ts';

/** No file of keys is larger; a device or a pipe that never ends is not read for ever. */
const LARGEST_BYTES = 1 << 20;

export interface SecretText {
  readonly text: string;
  /** Sentences for the user; to be shown, not printed here. */
  readonly warnings: readonly string[];
}

/**
 * Reads a text file that holds a secret. A pipe will do, so that a secret need not lie on a disk.
 *
 * @param what names its kind in errors, such as "identity file"
 * @throws `key.file-failed`, `key.unreadable`
 */
export async function readSecretFile(file: string, what: string): Promise<SecretText> {
  let bytes: Uint8Array;
  let mode: number | undefined;
  try {
    const handle = await open(file, 'r');
    try {
      const stats = await handle.stat();
      if (stats.isFile()) mode = stats.mode & 0o777;
      bytes = await readUpTo(handle, LARGEST_BYTES + 1);
    } finally {
      await handle.close();
    }
  } catch (error) {
    throw fileFailed(`The ${what} ${file} cannot be read`, error);
  }
  if (bytes.length > LARGEST_BYTES) throw unreadableFile(file, what, 'it is larger than 1 MiB');
  const text = decode(bytes);
  if (text === undefined) {
    // A file of age begins with a line of text, whatever follows.
    const isOfAge = Buffer.from(bytes.subarray(0, 100)).toString('latin1').startsWith('age-encryption.org/');
    const reason = isOfAge
      ? 'it is itself encrypted: decrypt it with `age -d` first'
      : 'it is not text in UTF-8';
    throw unreadableFile(file, what, reason);
  }
  return {
    text,
    warnings: openToOthers(file, what, mode),
  };
}

/**
 * Writes a secret to a new file that only its owner can read (mode 0600), and sees it safely on the disk.
 *
 * @throws `key.file-exists` (it never overwrites), `key.file-failed`
 */
export async function writeSecretFile(file: string, text: string): Promise<void> {
  const handle = await open(file, 'wx', 0o600).catch((error: unknown) => {
    if (codeOf(error) !== 'EEXIST') throw fileFailed(`The file ${file} cannot be made`, error);
    throw new KlosetStoreError(
      'key.file-exists',
      `The file ${file} exists already and is not overwritten: it may hold a key.`,
      {
        advice: 'Give another name.',
      },
    );
  });
  try {
    try {
      await handle.writeFile(text);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await syncFolder(path.dirname(file));
  } catch (error) {
    await unlink(file).catch(() => undefined);
    throw fileFailed(`The file ${file} cannot be written`, error);
  }
}

async function syncFolder(folder: string): Promise<void> {
  // Windows opens no folders; its file systems keep the entry without being asked.
  if (process.platform === 'win32') return;
  const handle = await open(folder, constants.O_RDONLY);
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function readUpTo(handle: FileHandle, limit: number): Promise<Uint8Array> {
  const buffer = Buffer.alloc(limit);
  let length = 0;
  while (length < limit) {
    const { bytesRead } = await handle.read(buffer, length, limit - length);
    if (bytesRead === 0) break;
    length += bytesRead;
  }
  return buffer.subarray(0, length);
}

function decode(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

function openToOthers(file: string, what: string, mode: number | undefined): string[] {
  if (mode === undefined || (mode & 0o077) === 0 || process.platform === 'win32') return [];
  const octal = mode.toString(8).padStart(4, '0');
  return [`The ${what} ${file} is open to others than its owner (mode ${octal}): chmod 600 ${file}`];
}

function fileFailed(message: string, cause: unknown): KlosetStoreError {
  return new KlosetStoreError('key.file-failed', message, {
    advice: 'Check the path, the rights and the space on the disk.',
    cause,
  });
}

function unreadableFile(file: string, what: string, reason: string): KlosetStoreError {
  return new KlosetStoreError('key.unreadable', `The ${what} ${file} cannot be used: ${reason}.`, {
    advice: 'Give the right file.',
  });
}

function codeOf(error: unknown): unknown {
  return typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
}
