import { sealTable, tableName, type Cluster, type RowChunk, type TableSection } from '@etcd-kloset/kloset';
import { type DraftSection } from '../draft/snapshot-draft.ts';
import { type StoredChunk } from '../sink/chunk-sink.ts';

/** A table with this many rows is full: some 7 MB. */
export const TABLE_ROWS = 262_144;
/** One with this many is not merged any more. */
export const FULL_TABLE_ROWS = TABLE_ROWS / 2;

/**
 * Takes sections as their chunks are stored, in revision order, and writes a table whenever there is enough
 * for one that will never be merged again: however many rows are new, only the last of them wait in memory.
 */
export class FullTables {
  readonly #cluster: Cluster;
  readonly #rowChunks: RowChunk[] = [];
  readonly #tables = new Map<string, number>();
  #sections: DraftSection[] = [];
  #rows = 0;

  constructor(cluster: Cluster) {
    this.#cluster = cluster;
  }

  async add(section: DraftSection): Promise<void> {
    this.#sections.push(section);
    this.#rows += section.rows;
    if (this.#rows < FULL_TABLE_ROWS) return;
    const sections = this.#sections.map((each) => tableSection(each, each.stored!));
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
  get rest(): readonly DraftSection[] {
    return this.#sections;
  }
}

/** What a table tells of a chunk that is in the store. */
export function tableSection(
  { sequence: _, stored: __, ...section }: DraftSection,
  { digest, size }: StoredChunk,
): TableSection {
  return { digest, objectSize: size, ...section };
}
