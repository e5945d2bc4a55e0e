import { hash } from 'node:crypto';
import { newRowColumns, type RowColumns } from '../format/row-columns.ts';
import { type RowChunk } from '../format/snapshot-map.ts';
import { encodeColumns, type TableSection } from '../format/table.ts';

/** A row as a table tells of it; `content` stands for what is in it. */
export interface StoredRow {
  readonly main: number;
  readonly sub: number;
  readonly content: number;
  readonly live: boolean;
}

/** One of the four words of the hash of a row: every byte of it is something. */
export function hashWord(content: number, word: number): number {
  return Math.imul(content * 4 + word + 1, 0x0103_0507) >>> 0;
}

/** Columns of rows whose length, CRC and hash follow from their content. */
export function columnsOfContent(rows: readonly StoredRow[]): RowColumns {
  const columns = newRowColumns(rows.length);
  columns.count = rows.length;
  const words = new Uint32Array(columns.hash.buffer);
  rows.forEach(({ main, sub, content }, i) => {
    columns.main[i] = main;
    columns.sub[i] = sub;
    columns.length[i] = 20 + content;
    columns.tombstone[i] = content % 2;
    columns.crc[i] = content * 3;
    for (let word = 0; word < 4; word++) words[i * 4 + word] = hashWord(content, word);
  });
  return columns;
}

/** Chunks as a snapshot's map lists them, and the tables that tell of them. */
export interface StoredChunks {
  readonly chunks: RowChunk[];
  readonly tables: Map<string, TableSection[]>;
}

/**
 * @param contents the rows of each chunk, in revision order
 * @param tableOf gives the number of the table that tells of a chunk
 */
export function storedChunks(
  contents: readonly (readonly StoredRow[])[],
  tableOf: (chunk: number) => number = () => 0,
): StoredChunks {
  const tables = new Map<string, TableSection[]>();
  const chunks = contents.map((rows, i): RowChunk => {
    const columns = columnsOfContent(rows);
    const table = hash('sha256', `table ${tableOf(i)}`, 'hex');
    const sections = tables.get(table) ?? [];
    tables.set(table, sections);
    const head = {
      digest: hash('sha256', `chunk ${i}`, 'hex'),
      objectSize: 100 + i,
      rows: rows.length,
      plainBytes: rows.reduce((sum, { content }) => sum + 20 + content, 0),
      firstMain: rows[0]?.main ?? 0,
      firstSub: rows[0]?.sub ?? 0,
    };
    const section = sections.push({ ...head, columns: encodeColumns(columns, 0, rows.length) }) - 1;
    return { ...head, table, section, live: liveMapOf(rows) };
  });
  return { chunks, tables };
}

function liveMapOf(rows: readonly StoredRow[]): Uint8Array | undefined {
  if (rows.every(({ live }) => live)) return undefined;
  const bits = new Uint8Array(Math.ceil(rows.length / 8));
  rows.forEach(({ live }, i) => {
    if (live) bits[i >> 3]! |= 1 << (i & 7);
  });
  return bits;
}
