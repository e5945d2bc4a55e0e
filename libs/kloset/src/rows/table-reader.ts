import { type TableSection } from '../format/table.ts';
import { readTable, type Cluster } from '../store/cluster.ts';
import { type LoadTable } from './live-rows.ts';

/** Sealed bytes of tables that are held for a second reading. */
const MOST_HELD = 16 * 1024 * 1024;

/**
 * Reads a snapshot's tables, none of which is larger than the largest that its record tells of, which are passed over more than once. They are held as long as they are not
 * too large together; then each is read again when it is needed.
 */
export function tableReader(cluster: Cluster, tables: readonly { readonly size: number }[]): LoadTable {
  const largest = tables.reduce((most, { size }) => Math.max(most, size), 0);
  const load: LoadTable = (digest) => readTable(cluster, digest, largest);
  if (tables.reduce((sum, { size }) => sum + size, 0) > MOST_HELD) return load;
  const held = new Map<string, Promise<readonly TableSection[]>>();
  return (digest) => {
    let table = held.get(digest);
    if (table === undefined) held.set(digest, (table = load(digest)));
    return table;
  };
}
