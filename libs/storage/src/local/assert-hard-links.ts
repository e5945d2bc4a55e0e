import { type Place } from './place.ts';
import { noHardLinks } from './put-object.ts';
import { hasSystemCode } from './system-code.ts';
import { newTemporaryPath, removeTemporaryFile, withTemporaryFile } from './temporary-file.ts';

/** Tries what every put rests on, so that a store is not begun where nothing could ever be put into it. */
export async function assertHardLinks(place: Place): Promise<void> {
  await withTemporaryFile(place, async ({ path, file }) => {
    await file.close();
    const second = newTemporaryPath(place);
    try {
      await place.disk.link(path, second);
    } catch (error) {
      if (hasSystemCode(error, 'EPERM', 'ENOTSUP', 'ENOSYS')) throw noHardLinks(place.url, error);
      throw error;
    }
    await removeTemporaryFile(place, second);
    await removeTemporaryFile(place, path);
  });
}
