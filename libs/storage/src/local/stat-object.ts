import { type Stats } from 'node:fs';
import path from 'node:path';
import { type ObjectInfo } from '../storage.ts';
import { notAnObject } from './object-file.ts';
import { type Place } from './place.ts';
import { hasSystemCode } from './system-code.ts';

export async function statObject(place: Place, name: string): Promise<ObjectInfo | undefined> {
  const stats = await lstatObject(place, name);
  if (stats === undefined) {
    await place.assertThere();
    return undefined;
  }
  if (!stats.isFile()) throw notAnObject(place, name);
  return toObjectInfo(name, stats);
}

/** Undefined when there is nothing of that name; else whatever there is. */
export async function lstatObject(place: Place, name: string): Promise<Stats | undefined> {
  const filePath = path.join(place.root, name);
  try {
    if (!(await place.folders.exists(path.dirname(filePath)))) return undefined;
    return await place.disk.lstat(filePath);
  } catch (error) {
    if (hasSystemCode(error, 'ENOENT', 'ENOTDIR')) return undefined;
    throw error;
  }
}

export function toObjectInfo(name: string, stats: Stats): ObjectInfo {
  return { name, size: stats.size, modified: new Date(stats.mtimeMs) };
}
