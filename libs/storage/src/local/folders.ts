import path from 'node:path';
import { StorageError } from '../storage-error.ts';
import { type Disk } from './disk.ts';
import { createFolderSync } from './folder-sync.ts';
import { hasSystemCode } from './system-code.ts';

/** The folders of one tree, as paths below `root` or `root` itself. What is known of them is remembered. */
export interface Folders {
  /**
   * Makes the folder and those above it, and makes sure that they survive a power cut. Throws
   * `storage.not-an-object` when a file or a link stands in its way.
   */
  ensure(folder: string): Promise<void>;
  /** Makes sure that what the folder holds now survives a power cut. */
  sync(folder: string): Promise<void>;
  /** False when there is no folder of that name. Throws `storage.not-an-object` when a link stands in its way. */
  exists(folder: string): Promise<boolean>;
  /** Forgets what was known of the folder and those above it: somebody took one away. */
  forget(folder: string): void;
}

/**
 * @param mode for folders that are made; the process's mask applies
 * @param durable false where the file system cannot flush folders: then nothing is tried
 */
export function createFolders(disk: Disk, root: string, mode: number, durable: boolean): Folders {
  const ensured = new Map<string, Promise<void>>();
  const seen = new Set<string>([root]);
  const sync = createFolderSync(async (folder) => {
    if (durable) await disk.syncFolder(folder);
  });

  /**
   * Each folder is flushed into the one above even if it was there before: another process may have made it a
   * moment ago and died, or not have come to flush it yet. Once in the life of a storage.
   */
  async function make(folder: string): Promise<void> {
    const above = path.dirname(folder);
    await ensure(above);
    try {
      await disk.makeFolder(folder, mode);
    } catch (error) {
      if (!hasSystemCode(error, 'EEXIST')) throw error;
      if (!(await exists(folder))) throw isFile(path.relative(root, folder));
    }
    await sync(above);
    seen.add(folder);
  }

  function ensure(folder: string): Promise<void> {
    if (folder === root) return Promise.resolve();
    const known = ensured.get(folder);
    if (known !== undefined) return known;
    const making = make(folder);
    ensured.set(folder, making);
    making.catch(() => ensured.delete(folder));
    return making;
  }

  async function exists(folder: string): Promise<boolean> {
    if (seen.has(folder)) return true;
    if (!(await exists(path.dirname(folder)))) return false;
    try {
      const stats = await disk.lstat(folder);
      if (stats.isSymbolicLink()) throw isLink(path.relative(root, folder));
      if (!stats.isDirectory()) return false;
    } catch (error) {
      if (hasSystemCode(error, 'ENOENT')) return false;
      throw error;
    }
    seen.add(folder);
    return true;
  }

  function forget(folder: string): void {
    for (let at = folder; at !== root; at = path.dirname(at)) {
      ensured.delete(at);
      seen.delete(at);
    }
  }

  return { ensure, sync, exists, forget };
}

const advice = 'Look at what lies there: only this program should put files into a store.';

function isLink(name: string): StorageError {
  return new StorageError(
    'storage.not-an-object',
    `${name} is a symbolic link; links inside a store are not followed.`,
    { advice },
  );
}

function isFile(name: string): StorageError {
  return new StorageError(
    'storage.not-an-object',
    `${name} should be a folder of the store, but is a file.`,
    { advice },
  );
}
