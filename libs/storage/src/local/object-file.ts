import path from 'node:path';
import { StorageError } from '../storage-error.ts';
import { type DiskFile } from './disk.ts';
import { type Place } from './place.ts';
import { hasSystemCode } from './system-code.ts';

/**
 * Opens the file of an object for reading; undefined when there is none. A name below another object's, such as
 * `kloset.json/x`, has none either. What was opened may still be a folder or a pipe: see `notAnObject`.
 */
export async function openObject(place: Place, name: string): Promise<DiskFile | undefined> {
  const filePath = path.join(place.root, name);
  try {
    if (!(await place.folders.exists(path.dirname(filePath)))) return undefined;
    return await place.disk.open(filePath);
  } catch (error) {
    if (hasSystemCode(error, 'ENOENT', 'ENOTDIR')) return undefined;
    throw error;
  }
}

export function notAnObject(place: Place, name: string): StorageError {
  return new StorageError('storage.not-an-object', `${name} in ${place.url} is not a file.`, {
    advice: 'Look at what lies there: only this program should put files into a store.',
  });
}
