import { type Place } from './place.ts';
import { removeTemporaryFile, withTemporaryFile } from './temporary-file.ts';

/** The file system's clock, on a network mount the server's: the time it gives to a file made now. */
export async function clockOf(place: Place): Promise<Date> {
  return withTemporaryFile(place, async (temporary) => {
    const { mtimeMs } = await temporary.file.stat();
    await temporary.file.close();
    await removeTemporaryFile(place, temporary.path);
    return new Date(mtimeMs);
  });
}
