import { assertObjectName, assertPrefix } from '../object-name.ts';
import { type Storage } from '../storage.ts';
import { StorageError } from '../storage-error.ts';
import { clockOf } from './clock.ts';
import { deleteObject } from './delete-object.ts';
import { fromFileSystem } from './file-system-error.ts';
import { getObject } from './get-object.ts';
import { foldersBelow, listObjects } from './list-objects.ts';
import { type Place } from './place.ts';
import { putObject } from './put-object.ts';
import { createSlots } from './slots.ts';
import { statObject } from './stat-object.ts';

/** Operations at once, each with two open files at most. More would only wait for the thread pool (4 threads). */
const operationsAtOnce = 16;

/** The storage that keeps its objects as files below `place`. */
export function localStorage(place: Place): Storage {
  const slots = createSlots(operationsAtOnce);
  const underWay = new Set<Promise<unknown>>();
  let closed = false;

  /** @param doing what is tried, as it reads after "could not" */
  async function run<T>(doing: string, signal: AbortSignal | undefined, work: () => Promise<T>): Promise<T> {
    if (closed) {
      throw new StorageError('storage.closed', `Could not ${doing}: ${place.url} has been closed.`);
    }
    const running = slots.run(async () => {
      signal?.throwIfAborted();
      return work();
    });
    underWay.add(running);
    try {
      return await running;
    } catch (error) {
      throw fromFileSystem(error, doing, place.url);
    } finally {
      underWay.delete(running);
    }
  }

  return {
    url: place.url,
    capabilities: { durableFolders: place.durableFolders, exclusivePut: true, readOnlyObjects: true },

    async put(name, parts, options = {}) {
      assertObjectName(name);
      const list = parts instanceof Uint8Array ? [parts] : parts;
      return run(`put ${name}`, options.signal, () => putObject(place, name, list, options));
    },

    async get(name, range, options = {}) {
      assertObjectName(name);
      return run(`read ${name}`, options.signal, () => getObject(place, name, range, options));
    },

    async stat(name, { signal } = {}) {
      assertObjectName(name);
      return run(`look at ${name}`, signal, () => statObject(place, name));
    },

    async *list(prefix, options = {}) {
      assertPrefix(prefix);
      yield* listObjects(place, prefix, options, (piece) =>
        run(prefix === '' ? 'list the objects' : `list ${prefix}`, options.signal, piece),
      );
    },

    async folders(prefix, { signal } = {}) {
      assertPrefix(prefix);
      return run(prefix === '' ? 'list the folders' : `list the folders of ${prefix}`, signal, () =>
        foldersBelow(place, prefix),
      );
    },

    async delete(name, { signal } = {}) {
      assertObjectName(name);
      await run(`delete ${name}`, signal, () => deleteObject(place, name));
    },

    async now() {
      return run('ask the file system for the time', undefined, () => clockOf(place));
    },

    async close() {
      closed = true;
      await Promise.allSettled(underWay);
    },
  };
}
