import {
  chunksToRewrite,
  chunkUses,
  DEFAULT_REWRITE,
  KlosetStoreError,
  liveRows,
  markLive,
  matchRows,
  tableReader,
  withLiveMap,
  type ChunkUse,
  type LoadTable,
  type RowChunk,
} from '@etcd-kloset/kloset';
import { LENGTH, ROW_U32, type RowSequence } from '@etcd-kloset/mvcc';
import { breather } from '../abortable.ts';
import { CHUNK_BYTES, CHUNK_ROWS } from './chunk-cutter.ts';
import { ChunkWriter, type ChunkWriterOptions, type WrittenChunks } from './chunk-writer.ts';

export interface StoreRowsOptions extends ChunkWriterOptions {
  readonly rows: RowSequence;
  /** Row chunks of the parent that can be counted on. */
  readonly parent: readonly RowChunk[];
  /** The parent's tables. */
  readonly parentTables: readonly { readonly size: number }[];
  readonly warn?: ((sentence: string) => void) | undefined;
  /** Told once, as soon as the rows were held against the parent's. */
  readonly onMatched?: ((found: MatchedCounts) => void) | undefined;
}

export interface MatchedCounts {
  readonly newRows: number;
  readonly knownRows: number;
  /** The new rows, and known ones that are written again. */
  readonly rowsToStore: number;
}

export interface StoredRowsResult extends WrittenChunks {
  /** Chunks of the parent that go on being used, with their new live maps. */
  readonly kept: readonly RowChunk[];
  readonly newRows: number;
  readonly knownRows: number;
  /** Rows that were known and stored again. */
  readonly rewrittenRows: number;
  readonly loadTable: LoadTable;
}

/**
 * Stores what the parent does not have, and writes again what has become mostly dead or small.
 *
 * The rows are passed over twice: first to learn what is known and what that leaves alive in the parent's
 * chunks; then, knowing which of those to write again, to cut what is to be stored into chunks.
 */
export async function storeRows(options: StoreRowsOptions): Promise<StoredRowsResult> {
  const { cluster, rows } = options;
  const loadTable = tableReader(cluster, options.parentTables);
  const { parent, uses, newRows, newBytes } = await findKnown(options, loadTable);
  const rewrite = chunksToRewrite(uses, newBytes, {
    ...DEFAULT_REWRITE,
    chunkBytes: CHUNK_BYTES,
    chunkRows: CHUNK_ROWS,
  });
  const rewrittenRows = uses.reduce((sum, use, i) => sum + (rewrite[i] ? use.rows : 0), 0);
  const knownRows = rows.count - newRows;
  options.onMatched?.({ newRows, knownRows, rowsToStore: newRows + rewrittenRows });

  const writer = new ChunkWriter(options);
  const breathe = breather(options.signal);
  if (newRows > 0 || rewrite.includes(true)) {
    for await (const { batch, chunk } of matchRows(rows, liveRows(parent, loadTable))) {
      await breathe();
      for (let i = 0; i < batch.count; i++) {
        if (chunk[i]! >= 0 && !rewrite[chunk[i]!]) continue;
        const full = writer.add(batch, i);
        if (full !== undefined) await full;
      }
    }
  }
  return {
    ...(await writer.finish()),
    kept: keptChunks(uses, rewrite),
    newRows,
    knownRows,
    rewrittenRows,
    loadTable,
  };
}

interface KnownRows {
  /** Row chunks of the parent whose tables could be read. */
  readonly parent: readonly RowChunk[];
  readonly uses: readonly ChunkUse[];
  readonly newRows: number;
  readonly newBytes: number;
}

/** The first pass. A table that turns out to be damaged is left out, and the pass begun again without it. */
async function findKnown(options: StoreRowsOptions, loadTable: LoadTable): Promise<KnownRows> {
  let parent = options.parent;
  for (;;) {
    try {
      return await matchOnce(options, parent, loadTable);
    } catch (error) {
      const table = error instanceof KlosetStoreError ? error.context['table'] : undefined;
      const sound = parent.filter((chunk) => chunk.table !== table);
      if (sound.length === parent.length) throw error;
      const lost = parent.length - sound.length;
      options.warn?.(
        `${(error as Error).message} The rows of the ${lost} chunks that it tells of are stored again.`,
      );
      parent = sound;
    }
  }
}

async function matchOnce(
  { rows, signal }: StoreRowsOptions,
  parent: readonly RowChunk[],
  loadTable: LoadTable,
): Promise<KnownRows> {
  const uses = chunkUses(parent);
  let newRows = 0;
  let newBytes = 0;
  const breathe = breather(signal);
  for await (const { batch, chunk, index } of matchRows(rows, liveRows(parent, loadTable))) {
    await breathe();
    for (let i = 0; i < batch.count; i++) {
      const size = batch.u32[i * ROW_U32 + LENGTH]!;
      if (chunk[i]! >= 0) {
        markLive(uses[chunk[i]!]!, index[i]!, size);
      } else {
        newRows++;
        newBytes += size;
      }
    }
  }
  return { parent, uses, newRows, newBytes };
}

function keptChunks(uses: readonly ChunkUse[], rewrite: readonly boolean[]): RowChunk[] {
  return uses.filter((use, i) => use.rows > 0 && !rewrite[i]).map(withLiveMap);
}
