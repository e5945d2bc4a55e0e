import path from 'node:path';
import { clockOf } from './clock.ts';
import { type Place } from './place.ts';
import { hasSystemCode } from './system-code.ts';
import { isOfLiveProcess, isTemporaryName, removeTemporaryFile } from './temporary-file.ts';

/** Far longer than any put takes. */
const keepForMilliseconds = 3 * 24 * 3600 * 1000;

/**
 * Removes the temporary files of processes that died, once they are three days old by the store's own clock.
 * Who may not write there leaves them alone: they do no harm but take space.
 */
export async function removeLeftovers(place: Place): Promise<void> {
  try {
    const files = (await temporaryFiles(place)).filter((name) => !isOfLiveProcess(name));
    if (files.length === 0) return;
    const now = await clockOf(place);
    for (const name of files) await removeIfOld(place, path.join(place.temporaryFolder, name), now);
  } catch (error) {
    if (!hasSystemCode(error, 'EACCES', 'EPERM', 'EROFS', 'ENOSPC', 'EDQUOT')) throw error;
  }
}

async function temporaryFiles(place: Place): Promise<string[]> {
  if (!(await place.folders.exists(place.temporaryFolder))) return [];
  return (await place.disk.readFolder(place.temporaryFolder)).filter(isTemporaryName);
}

async function removeIfOld(place: Place, filePath: string, now: Date): Promise<void> {
  try {
    const { mtimeMs } = await place.disk.lstat(filePath);
    if (now.getTime() - mtimeMs > keepForMilliseconds) await removeTemporaryFile(place, filePath);
  } catch (error) {
    if (!hasSystemCode(error, 'ENOENT')) throw error;
  }
}
