import { isStorageError } from '@etcd-kloset/storage';
import { decodeColumns, type TableSection } from '../format/table.ts';
import { newRowColumns, type RowColumns } from '../format/row-columns.ts';
import { type RowChunk } from '../format/snapshot-map.ts';
import { KlosetStoreError } from '../errors.ts';
import { LeastFirst } from './least-first.ts';

/** Rows of a snapshot with the place of each: chunk (index into the map's row chunks) and row in it. */
export interface StoredRows extends RowColumns {
  readonly chunk: Uint32Array;
  readonly index: Uint32Array;
}

export type LoadTable = (digest: string) => Promise<readonly TableSection[]>;

const BLOCK_ROWS = 16_384;

interface Cursor {
  readonly chunk: number;
  readonly rows: RowColumns;
  readonly live: Uint8Array | undefined;
  at: number;
}

/**
 * The live rows of a snapshot in revision order, in blocks: a merge of its chunks' sections.
 * An error of the store that concerns a table has its digest as `context.table`. Rows ascend: a map that has two
 * rows of one revision is `object.malformed`.
 *
 * Sections are opened when the merge reaches their first revision and dropped when they are used up, and
 * so are their tables: memory holds what overlaps, not the snapshot. A block is valid until the next.
 */
export async function* liveRows(
  chunks: readonly RowChunk[],
  loadTable: LoadTable,
): AsyncGenerator<StoredRows & { count: number }> {
  const pending = chunks
    .map((chunk, i) => ({ chunk, i }))
    .sort((a, b) => compare(a.chunk.firstMain, a.chunk.firstSub, b.chunk.firstMain, b.chunk.firstSub))
    .reverse();
  const tables = tableKeeper(chunks, loadTable);
  const block = {
    ...newRowColumns(BLOCK_ROWS),
    chunk: new Uint32Array(BLOCK_ROWS),
    index: new Uint32Array(BLOCK_ROWS),
  };
  const active = new LeastFirst(precedes);

  while (active.size > 0 || pending.length > 0) {
    const next = pending.at(-1);
    let least = active.least();
    if (next !== undefined && (least === undefined || !isBefore(least, next.chunk))) {
      pending.pop();
      const cursor = { chunk: next.i, rows: await tables.open(next.chunk), live: next.chunk.live, at: -1 };
      advance(cursor);
      if (cursor.at < cursor.rows.count) active.add(cursor);
      continue;
    }
    least = least!;
    const rival = active.second();
    if (rival !== undefined && !precedes(least, rival)) throw twice(least, chunks[least.chunk]!);
    while (least.at < least.rows.count) {
      if (rival !== undefined && !precedes(least, rival)) break;
      if (next !== undefined && !isBefore(least, next.chunk)) break;
      copyRow(least, block);
      advance(least);
      if (block.count === BLOCK_ROWS) {
        yield block;
        block.count = 0;
      }
    }
    if (least.at < least.rows.count) active.leastGrew();
    else active.removeLeast();
  }
  if (block.count > 0) yield block;
}

/** Opens sections, and forgets a table once its last chunk was opened. */
function tableKeeper(chunks: readonly RowChunk[], loadTable: LoadTable) {
  const users = new Map<string, number>();
  for (const { table } of chunks) users.set(table, (users.get(table) ?? 0) + 1);
  const held = new Map<string, readonly TableSection[]>();
  return {
    async open(chunk: RowChunk): Promise<RowColumns> {
      try {
        return await columnsOf(chunk);
      } catch (error) {
        throw ofTable(error, chunk.table);
      }
    },
  };

  async function columnsOf(chunk: RowChunk): Promise<RowColumns> {
    const sections = held.get(chunk.table) ?? (await loadTable(chunk.table));
    const left = users.get(chunk.table)! - 1;
    users.set(chunk.table, left);
    if (left > 0) held.set(chunk.table, sections);
    else held.delete(chunk.table);
    const section = sections[chunk.section];
    if (section === undefined || !tellsOf(section, chunk)) {
      throw new KlosetStoreError(
        'object.malformed',
        `table ${chunk.table} does not tell of chunk ${chunk.digest}`,
        { context: { chunk: chunk.digest } },
      );
    }
    return decodeColumns(section);
  }
}

/** The merge goes by the map's word for where a chunk begins: it must be the table's too. */
function tellsOf(section: TableSection, chunk: RowChunk): boolean {
  return (
    section.digest === chunk.digest &&
    section.rows === chunk.rows &&
    section.firstMain === chunk.firstMain &&
    section.firstSub === chunk.firstSub
  );
}

/** So that a backup knows which of the parent's tables it cannot build on. */
function ofTable(error: unknown, table: string): unknown {
  if (error instanceof KlosetStoreError) {
    const { code, message, advice, context } = error;
    return new KlosetStoreError(code, message, { advice, cause: error, context: { ...context, table } });
  }
  if (isStorageError(error) && (error.code === 'storage.io' || error.code === 'storage.not-an-object')) {
    return new KlosetStoreError('object.unreadable', `table ${table} cannot be read: ${error.message}`, {
      advice: 'Put back a sound copy of this object, and find out what the storage suffers from.',
      cause: error,
      context: { table },
    });
  }
  return error;
}

/** Moves to the next live row. */
function advance(cursor: Cursor): void {
  cursor.at++;
  const { live } = cursor;
  if (live === undefined) return;
  while (cursor.at < cursor.rows.count && (live[cursor.at >>> 3]! & (1 << (cursor.at & 7))) === 0)
    cursor.at++;
}

/** No etcd has two rows of one revision; a merge that met them would not know which comes first. */
function twice({ rows, at }: Cursor, { table, digest }: RowChunk): KlosetStoreError {
  return new KlosetStoreError(
    'object.malformed',
    `the row of revision ${rows.main[at]!}/${rows.sub[at]!} stands in chunk ${digest} and in another one`,
    { context: { table, chunk: digest } },
  );
}

function precedes(a: Cursor, b: Cursor): boolean {
  return compare(a.rows.main[a.at]!, a.rows.sub[a.at]!, b.rows.main[b.at]!, b.rows.sub[b.at]!) < 0;
}

function isBefore(a: Cursor, chunk: RowChunk): boolean {
  return compare(a.rows.main[a.at]!, a.rows.sub[a.at]!, chunk.firstMain, chunk.firstSub) < 0;
}

function compare(mainA: number, subA: number, mainB: number, subB: number): number {
  return mainA - mainB || subA - subB;
}

function copyRow(from: Cursor, to: StoredRows & { count: number }): void {
  const { rows, at } = from;
  const i = to.count++;
  to.main[i] = rows.main[at]!;
  to.sub[i] = rows.sub[at]!;
  to.length[i] = rows.length[at]!;
  to.tombstone[i] = rows.tombstone[at]!;
  to.crc[i] = rows.crc[at]!;
  for (let b = 0; b < 16; b++) to.hash[i * 16 + b] = rows.hash[at * 16 + b]!;
  to.chunk[i] = from.chunk;
  to.index[i] = at;
}
