import { isNameSegment } from './object-name.ts';

/**
 * What a folder holds: files by their names, folders with a slash behind, in any order. `folder` is empty for
 * the root and ends with a slash otherwise. A folder that is gone holds nothing.
 */
export type ReadFolder = (folder: string) => Promise<string[]>;

/**
 * The names of all objects below `prefix` in a tree of folders, sorted bytewise, in batches of at most
 * `batchSize`. Names that no object can have are passed over: temporary files and what others left there.
 *
 * The memory needed is that of the names in the folders along one path, not of the whole tree.
 */
export async function* walkNames(
  prefix: string,
  readFolder: ReadFolder,
  batchSize: number,
): AsyncGenerator<string[]> {
  /** The folders that have been entered, each with what is still to come in it, the next one at the end. */
  const entered = [{ folder: prefix, ahead: sortedBackwards(await readFolder(prefix)) }];
  let batch: string[] = [];
  for (let here = entered.at(-1); here !== undefined; here = entered.at(-1)) {
    const entry = here.ahead.pop();
    if (entry === undefined) {
      entered.pop();
    } else if (entry.endsWith('/')) {
      const folder = here.folder + entry;
      entered.push({ folder, ahead: sortedBackwards(await readFolder(folder)) });
    } else {
      batch.push(here.folder + entry);
      if (batch.length === batchSize) {
        yield batch;
        batch = [];
      }
    }
  }
  if (batch.length > 0) yield batch;
}

/**
 * A folder sorts by its name *and* slash, since its objects' names continue with one: `a-b` and `a.b` come
 * before what is in `a/`, `a0` after it. Network file systems may give an entry twice while a folder changes.
 */
function sortedBackwards(entries: string[]): string[] {
  entries.sort().reverse();
  return entries.filter(
    (entry, at) =>
      entry !== entries[at - 1] && isNameSegment(entry.endsWith('/') ? entry.slice(0, -1) : entry),
  );
}
