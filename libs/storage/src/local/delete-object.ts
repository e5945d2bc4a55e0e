import path from 'node:path';
import { notAnObject } from './object-file.ts';
import { type Place } from './place.ts';
import { lstatObject } from './stat-object.ts';
import { hasSystemCode } from './system-code.ts';

/**
 * The folder is flushed also when nothing was there: another process may have removed it a moment ago. Empty
 * folders stay, so that nobody who is about to put something into one loses it.
 */
export async function deleteObject(place: Place, name: string): Promise<void> {
  const filePath = path.join(place.root, name);
  const folder = path.dirname(filePath);

  const stats = await lstatObject(place, name);
  if (stats === undefined) await place.assertThere();
  else if (stats.isFile()) await unlinkIfThere(place, filePath);
  else throw notAnObject(place, name);

  try {
    if (await place.folders.exists(folder)) await place.folders.sync(folder);
  } catch (error) {
    if (!hasSystemCode(error, 'ENOENT', 'ENOTDIR')) throw error;
  }
}

async function unlinkIfThere(place: Place, filePath: string): Promise<void> {
  try {
    await place.disk.unlink(filePath);
  } catch (error) {
    if (!hasSystemCode(error, 'ENOENT')) throw error;
  }
}
