import path from 'node:path';
import { type RequestOptions } from '../storage.ts';
import { StorageError } from '../storage-error.ts';
import { type DiskFile } from './disk.ts';
import { notAnObject, openObject } from './object-file.ts';
import { type Place } from './place.ts';
import { hasSystemCode } from './system-code.ts';
import { removeTemporaryFile, withTemporaryFile } from './temporary-file.ts';
import { writeParts } from './write-parts.ts';

/** A name may be deleted, or a folder removed, between two of our steps; hardly more than once. */
const attempts = 4;

/**
 * The bytes are flushed before they get their name, and the name before anybody is told: whatever is visible is
 * whole, and whatever was acknowledged survives a power cut. link(2) is what never overwrites.
 */
export async function putObject(
  place: Place,
  name: string,
  parts: readonly Uint8Array[],
  { signal }: RequestOptions,
): Promise<'created' | 'exists'> {
  const outcome = await putUntilDone(place, name, parts, signal);
  // Nothing is acknowledged that went to the disk below the mount.
  await place.assertThere();
  return outcome;
}

async function putUntilDone(
  place: Place,
  name: string,
  parts: readonly Uint8Array[],
  signal: AbortSignal | undefined,
): Promise<'created' | 'exists'> {
  const target = path.join(place.root, name);
  for (let attempt = 1; attempt <= attempts; attempt += 1) {
    if ((await isTaken(place, target)) && (await makeDurable(place, name))) return 'exists';

    const outcome = await withTemporaryFile(place, async (temporary) => {
      await write(temporary.file, parts, signal);
      const published = await publish(place, temporary.path, target);
      await removeTemporaryFile(place, temporary.path);
      return published;
    });
    if (outcome === 'created') {
      await place.folders.sync(path.dirname(target));
      return 'created';
    }
    if (outcome === 'folder-gone') await place.assertThere();
  }
  throw new StorageError('storage.busy', `${name} in ${place.url} keeps coming and going.`, {
    advice: 'See what else puts and deletes objects in this store.',
    retryable: true,
  });
}

/** Spares the writing of what is there already. That nothing is overwritten does not depend on it. */
async function isTaken(place: Place, target: string): Promise<boolean> {
  try {
    await place.disk.lstat(target);
    return true;
  } catch (error) {
    if (hasSystemCode(error, 'ENOENT', 'ENOTDIR')) return false;
    throw error;
  }
}

/** Flushed and closed, the file is complete: what follows only gives it its name. */
async function write(
  file: DiskFile,
  parts: readonly Uint8Array[],
  signal: AbortSignal | undefined,
): Promise<void> {
  await writeParts(file, parts, signal);
  try {
    await file.chmod(0o444);
  } catch (error) {
    // A file system without permissions keeps the object all the same: the mode only guards against accidents.
    if (!hasSystemCode(error, 'ENOTSUP', 'ENOSYS')) throw error;
  }
  await file.sync();
  await file.close();
  signal?.throwIfAborted();
}

async function publish(
  place: Place,
  temporary: string,
  target: string,
): Promise<'created' | 'taken' | 'folder-gone'> {
  const folder = path.dirname(target);
  try {
    await place.folders.ensure(folder);
    await place.disk.link(temporary, target);
    return 'created';
  } catch (error) {
    if (hasSystemCode(error, 'EEXIST')) {
      return (await isSameFile(place, temporary, target)) ? 'created' : 'taken';
    }
    if (hasSystemCode(error, 'ENOENT')) {
      place.folders.forget(folder);
      return 'folder-gone';
    }
    if (hasSystemCode(error, 'EPERM', 'ENOTSUP', 'ENOSYS')) throw noHardLinks(place.url, error);
    throw error;
  }
}

/** On NFS the answer to a link can be lost: the second try then finds the first one's name. */
async function isSameFile(place: Place, temporary: string, target: string): Promise<boolean> {
  try {
    const [ours, theirs] = await Promise.all([place.disk.lstat(temporary), place.disk.lstat(target)]);
    return ours.dev === theirs.dev && ours.ino === theirs.ino;
  } catch (error) {
    if (hasSystemCode(error, 'ENOENT')) return false;
    throw error;
  }
}

/**
 * For the one who finds the name taken. The winner may not have flushed the folders yet, and a tool that copied
 * the store may have flushed nothing. False when the object has gone meanwhile.
 */
async function makeDurable(place: Place, name: string): Promise<boolean> {
  const folder = path.dirname(path.join(place.root, name));
  await place.folders.ensure(folder);
  const file = await openObject(place, name);
  if (file === undefined) return false;
  try {
    if (!(await file.stat()).isFile()) throw notAnObject(place, name);
    await file.sync();
  } finally {
    await file.close();
  }
  await place.folders.sync(folder);
  return true;
}

export function noHardLinks(url: string, cause: unknown): StorageError {
  return new StorageError(
    'storage.no-hard-links',
    `Nothing can be put into ${url}: its file system makes no hard links, without which an object cannot be put in place safely.`,
    {
      advice:
        'Use a file system with hard links (ext4, XFS, Btrfs, ZFS, NFS …). Reading a store from there works.',
      cause,
    },
  );
}
