import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { type OpenOptions } from '../open-storage.ts';
import { StorageError } from '../storage-error.ts';
import { type Storage } from '../storage.ts';
import { type Disk, systemDisk } from './disk.ts';
import { fromFileSystem } from './file-system-error.ts';
import { removeLeftovers } from './leftovers.ts';
import { localStorage } from './local-storage.ts';
import { openPlace, temporaryFolderName } from './place.ts';
import { assertHardLinks } from './assert-hard-links.ts';
import { cannotSync } from './folder-sync.ts';
import { hasSystemCode } from './system-code.ts';

/** Opens a folder as a storage; with `create`, makes it and those above it, for their owner alone. */
export async function openLocal(
  root: string,
  { create = false }: OpenOptions,
  disk: Disk = systemDisk,
): Promise<Storage> {
  let made = false;
  try {
    if (create) made = await makeFolders(disk, root);
    const place = await openPlace(root, disk);
    if (create) await assertHardLinks(place);
    await removeLeftovers(place);
    return localStorage(place);
  } catch (error) {
    if (made) await removeEmpty(disk, path.join(root, temporaryFolderName), root);
    const doing = create ? 'make or open the folder of the store' : 'open the folder of the store';
    throw fromFileSystem(error, doing, pathToFileURL(root).href);
  }
}

/** False when the folder was there. Either way it will be there after a power cut. */
async function makeFolders(disk: Disk, folder: string): Promise<boolean> {
  const above = path.dirname(folder);
  let made = await makeFolder(disk, folder);
  if (made === 'nothing-above') {
    await makeFolders(disk, above);
    made = await makeFolder(disk, folder);
    if (made === 'nothing-above') throw takesNoFolder(folder);
  }
  await syncIfPossible(disk, above);
  return made === 'made';
}

async function makeFolder(disk: Disk, folder: string): Promise<'made' | 'exists' | 'nothing-above'> {
  try {
    await disk.makeFolder(folder, 0o700);
    return 'made';
  } catch (error) {
    // Whether it is a folder that exists is told when it is opened.
    if (hasSystemCode(error, 'EEXIST', 'ENOTDIR')) return 'exists';
    if (hasSystemCode(error, 'ENOENT') && path.dirname(folder) !== folder) return 'nothing-above';
    throw error;
  }
}

/** Such as in /proc: the folder above is there, and says that it is not. */
function takesNoFolder(folder: string): StorageError {
  return new StorageError('storage.missing', `The folder ${folder} for the store cannot be made there.`, {
    advice: 'Give a folder on a disk that you can write to.',
  });
}

/** The folder above may belong to somebody else, who made ours in it and did not let us read theirs. */
async function syncIfPossible(disk: Disk, folder: string): Promise<void> {
  try {
    await disk.syncFolder(folder);
  } catch (error) {
    if (!cannotSync(error) && !hasSystemCode(error, 'EACCES', 'ENOENT', 'ENOTDIR')) throw error;
  }
}

/** Best effort, after a failure that is told: what is not empty stays. */
async function removeEmpty(disk: Disk, ...folders: readonly string[]): Promise<void> {
  for (const folder of folders) await Promise.allSettled([disk.removeFolder(folder)]);
}
