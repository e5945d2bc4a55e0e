import { type Stats } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { StorageError } from '../storage-error.ts';
import { type Disk } from './disk.ts';
import { cannotSync } from './folder-sync.ts';
import { type Folders, createFolders } from './folders.ts';
import { hasSystemCode } from './system-code.ts';

/** Hidden, so that it can never be an object's name. */
export const temporaryFolderName = '.tmp';

/** One opened tree of folders and what its operations share. */
export interface Place {
  readonly root: string;
  readonly url: string;
  readonly disk: Disk;
  readonly folders: Folders;
  readonly durableFolders: boolean;
  /** Where files are written before they get their name. */
  readonly temporaryFolder: string;
  /**
   * Throws `storage.missing` unless the root is still the folder that was opened. Asked whenever something is
   * not found: an unmounted disk must not be taken for an empty store, nor be written to the disk below it.
   */
  assertThere(): Promise<void>;
}

/** Throws `storage.missing` or `storage.not-a-folder`, or the system's error. */
export async function openPlace(root: string, disk: Disk): Promise<Place> {
  const url = pathToFileURL(root).href;
  const opened = await statFolder(disk, root, url);
  const durableFolders = await canSyncFolders(disk, root);

  return {
    root,
    url,
    disk,
    durableFolders,
    temporaryFolder: path.join(root, temporaryFolderName),
    // Made folders are as open or as closed to others as the root, which its owner decided.
    folders: createFolders(disk, root, opened.mode & 0o777, durableFolders),
    async assertThere() {
      const now = await statFolder(disk, root, url);
      if (now.dev !== opened.dev || now.ino !== opened.ino) throw missing(url, 'is another folder by now');
    },
  };
}

async function statFolder(disk: Disk, root: string, url: string): Promise<Stats> {
  let stats: Stats;
  try {
    stats = await disk.stat(root);
  } catch (error) {
    if (hasSystemCode(error, 'ENOENT')) throw missing(url, 'is not there', error);
    if (hasSystemCode(error, 'ENOTDIR')) throw notAFolder(url, error);
    throw error;
  }
  if (!stats.isDirectory()) throw notAFolder(url);
  return stats;
}

async function canSyncFolders(disk: Disk, root: string): Promise<boolean> {
  try {
    await disk.syncFolder(root);
    return true;
  } catch (error) {
    if (cannotSync(error)) return false;
    throw error;
  }
}

function missing(url: string, says: string, cause?: unknown): StorageError {
  return new StorageError('storage.missing', `The store's folder ${url} ${says}.`, {
    advice: 'Check the path, and whether the disk is mounted; init makes a new store.',
    cause,
  });
}

function notAFolder(url: string, cause?: unknown): StorageError {
  return new StorageError('storage.not-a-folder', `A store cannot live at ${url}: that is not a folder.`, {
    advice: 'Give the path of a folder.',
    cause,
  });
}
