import path from 'node:path';
import { isNameSegment } from '../object-name.ts';
import { type ObjectInfo, type RequestOptions } from '../storage.ts';
import { walkNames } from '../walk.ts';
import { type Place } from './place.ts';
import { toObjectInfo } from './stat-object.ts';
import { hasSystemCode } from './system-code.ts';

/** Objects asked about at once: enough to keep the thread pool busy. */
const batchSize = 64;

/** Runs one bounded piece of the listing; between two pieces nothing is held, however slow the reader. */
export type RunPiece = <T>(piece: () => Promise<T>) => Promise<T>;

export async function* listObjects(
  place: Place,
  prefix: string,
  { signal }: RequestOptions,
  run: RunPiece,
): AsyncGenerator<ObjectInfo> {
  const readFolder = (folder: string): Promise<string[]> => {
    signal?.throwIfAborted();
    return run(() => namesIn(place, folder));
  };
  for await (const names of walkNames(prefix, readFolder, batchSize)) {
    signal?.throwIfAborted();
    const infos = await run(() => Promise.all(names.map((name) => infoOf(place, name))));
    for (const info of infos) if (info !== undefined) yield info;
  }
  // An unmounted disk leaves an empty folder, which must not be taken for a store without objects.
  await run(() => place.assertThere());
}

/** The names of the folders in `prefix` that could hold objects, sorted. */
export async function foldersBelow(place: Place, prefix: string): Promise<string[]> {
  const names = (await namesIn(place, prefix))
    .filter((entry) => entry.endsWith('/'))
    .map((entry) => entry.slice(0, -1))
    .filter(isNameSegment);
  await place.assertThere();
  // Network file systems may give an entry twice while a folder changes.
  return [...new Set(names)].sort();
}

async function namesIn(place: Place, folder: string): Promise<string[]> {
  // `clusters/` is the folder `clusters`.
  const folderPath = path.join(place.root, folder.slice(0, -1));
  try {
    return (await place.folders.exists(folderPath)) ? await place.disk.readFolder(folderPath) : [];
  } catch (error) {
    if (!hasSystemCode(error, 'ENOENT')) throw error;
    place.folders.forget(folderPath);
    return [];
  }
}

/** Undefined for what went away, or changed its kind, since its folder was read. */
async function infoOf(place: Place, name: string): Promise<ObjectInfo | undefined> {
  try {
    const stats = await place.disk.lstat(path.join(place.root, name));
    if (!stats.isFile()) return undefined;
    return toObjectInfo(name, stats);
  } catch (error) {
    if (hasSystemCode(error, 'ENOENT', 'ENOTDIR')) return undefined;
    throw error;
  }
}
