import {
  sealTable,
  tableName,
  tiersToMerge,
  type Cluster,
  type LoadTable,
  type RowChunk,
  type TableSection,
} from '@etcd-kloset/kloset';
import { FULL_TABLE_ROWS, TABLE_ROWS } from './full-tables.ts';

export interface StoredTables {
  /** All row chunks of the snapshot, in revision order, each with its table. */
  readonly rowChunks: readonly RowChunk[];
  readonly tables: readonly { readonly digest: string; readonly size: number }[];
  /** Bytes of the tables written. */
  readonly added: number;
}

/**
 * Writes tables for new sections, and one in the place of many small ones: a section is copied as it is.
 *
 * @param tableSizes bytes of each table that kept chunks use, by digest
 */
export async function storeTables(
  cluster: Cluster,
  kept: readonly RowChunk[],
  written: readonly TableSection[],
  tableSizes: ReadonlyMap<string, number>,
  loadTable: LoadTable,
): Promise<StoredTables> {
  const byTable = Map.groupBy(kept, (chunk) => chunk.table);
  const tables = [...byTable].map(([digest, chunks]) => ({
    digest,
    chunks,
    rows: chunks.reduce((sum, chunk) => sum + chunk.rows, 0),
  }));
  const newRows = written.reduce((sum, section) => sum + section.rows, 0);
  const sizes = tables.map(({ rows }) => rows);
  const merge = new Set(tiersToMerge(newRows > 0 ? [...sizes, newRows] : sizes, FULL_TABLE_ROWS));

  const merged = await Promise.all(
    tables
      .filter((_, i) => merge.has(i))
      .map(async ({ digest, chunks }) => {
        const sections = await loadTable(digest);
        return chunks.map((chunk) => ({ section: sections[chunk.section]!, live: chunk.live }));
      }),
  );
  const toWrite = [...merged.flat(), ...written.map((section) => ({ section, live: undefined }))];
  toWrite.sort((a, b) => order(a.section, b.section));

  const staying = tables.filter((_, i) => !merge.has(i));
  const rowChunks: RowChunk[] = staying.flatMap(({ chunks }) => chunks);
  const list = staying.map(({ digest }) => ({ digest, size: tableSizes.get(digest)! }));
  let added = 0;
  for (const group of groups(toWrite)) {
    const table = sealTable(
      cluster,
      group.map(({ section }) => section),
    );
    await cluster.store.storage.put(tableName(cluster.id, table.digest), table.parts);
    added += table.size;
    list.push({ digest: table.digest, size: table.size });
    group.forEach(({ section: { columns: _, ...section }, live }, place) => {
      rowChunks.push({ ...section, table: table.digest, section: place, live });
    });
  }
  return { rowChunks: rowChunks.sort(order), tables: list, added };
}

function order(
  a: { firstMain: number; firstSub: number },
  b: { firstMain: number; firstSub: number },
): number {
  return a.firstMain - b.firstMain || a.firstSub - b.firstSub;
}

function groups<T extends { section: TableSection }>(sections: readonly T[]): T[][] {
  const all: T[][] = [];
  let rows = TABLE_ROWS;
  for (const each of sections) {
    if (rows + each.section.rows > TABLE_ROWS) {
      all.push([]);
      rows = 0;
    }
    all.at(-1)!.push(each);
    rows += each.section.rows;
  }
  return all;
}
