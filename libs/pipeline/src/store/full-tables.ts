import { sealTable, tableName, type Cluster, type RowChunk, type TableSection } from '@etcd-kloset/kloset';
import { FULL_TABLE_ROWS } from './store-tables.ts';

/**
 * Takes sections as their chunks are stored, in revision order, and writes a table whenever there is enough
 * for one that will never be merged again: however many rows are new, only the last of them wait in memory.
 */
export class FullTables {
  readonly #cluster: Cluster;
  readonly #rowChunks: RowChunk[] = [];
  readonly #tables = new Map<string, number>();
  #sections: TableSection[] = [];
  #rows = 0;

  constructor(cluster: Cluster) {
    this.#cluster = cluster;
  }

  async add(section: TableSection): Promise<void> {
    this.#sections.push(section);
    this.#rows += section.rows;
    if (this.#rows < FULL_TABLE_ROWS) return;
    const sections = this.#sections;
    this.#sections = [];
    this.#rows = 0;
    const { digest, size, parts } = sealTable(this.#cluster, sections);
    await this.#cluster.store.storage.put(tableName(this.#cluster.id, digest), parts);
    this.#tables.set(digest, size);
    sections.forEach(({ columns: _, ...chunk }, place) => {
      this.#rowChunks.push({ ...chunk, table: digest, section: place, live: undefined });
    });
  }

  /** Chunks whose table is written. */
  get rowChunks(): readonly RowChunk[] {
    return this.#rowChunks;
  }

  /** Bytes of each table that was written, by digest. */
  get tables(): ReadonlyMap<string, number> {
    return this.#tables;
  }

  /** What is left for a smaller table. */
  get rest(): readonly TableSection[] {
    return this.#sections;
  }
}
