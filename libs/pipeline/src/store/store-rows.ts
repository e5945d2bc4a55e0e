import {
  chunkName,
  chunksToRewrite,
  chunkUses,
  DEFAULT_REWRITE,
  encodeColumns,
  KlosetStoreError,
  liveRows,
  markLive,
  matchRows,
  tableReader,
  withLiveMap,
  type ChunkUse,
  type Cluster,
  type LoadTable,
  type RowChunk,
  type TableSection,
} from '@etcd-kloset/kloset';
import { LENGTH, ROW_U32, type RowSequence } from '@etcd-kloset/mvcc';
import { type PipelineThreads } from '../threads/pipeline-threads.ts';
import { type ChunkJob, type SealTarget } from '../threads/thread-messages.ts';
import { FullTables } from './full-tables.ts';
import { CHUNK_BYTES, CHUNK_ROWS, ChunkCutter, type CutChunk } from './chunk-cutter.ts';

/** Chunks under way at once: made by the threads, or on their way into the store. */
const IN_FLIGHT = 4;

export interface StoreRowsOptions {
  readonly cluster: Cluster;
  readonly rows: RowSequence;
  /** Row chunks of the parent that can be counted on. */
  readonly parent: readonly RowChunk[];
  /** The parent's tables. */
  readonly parentTables: readonly { readonly size: number }[];
  readonly threads: PipelineThreads;
  readonly target: SealTarget;
  /** What a chunk of these rows is made from. */
  readonly jobOf: (cut: CutChunk, target: SealTarget, level: number) => ChunkJob;
  readonly signal?: AbortSignal | undefined;
  readonly warn?: ((sentence: string) => void) | undefined;
  /** Told once, as soon as the rows were held against the parent's. */
  readonly onMatched?: (found: MatchedCounts) => void;
  readonly onChunk?: (progress: { rows: number; bytes: number }) => void;
}

export interface MatchedCounts {
  readonly newRows: number;
  readonly knownRows: number;
  /** The new rows, and known ones that are written again. */
  readonly rowsToStore: number;
}

export interface StoredRowsResult {
  /** Chunks of the parent that go on being used, with their new live maps. */
  readonly kept: readonly RowChunk[];
  /** Chunks that were written and have their table already. */
  readonly tabled: readonly RowChunk[];
  /** Bytes of the tables of those, by digest. */
  readonly tables: ReadonlyMap<string, number>;
  /** The other chunks that were written, by section for a table; in revision order. */
  readonly written: readonly TableSection[];
  readonly newRows: number;
  readonly knownRows: number;
  /** Rows that were known and stored again. */
  readonly rewrittenRows: number;
  /** Bytes of the objects written. */
  readonly added: number;
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

  const writer = chunkWriter(options, LEVEL);
  if (newRows > 0 || rewrite.includes(true)) {
    for await (const { batch, chunk } of matchRows(rows, liveRows(parent, loadTable))) {
      options.signal?.throwIfAborted();
      for (let i = 0; i < batch.count; i++) {
        if (chunk[i]! >= 0 && !rewrite[chunk[i]!]) continue;
        const full = writer.add(batch, i);
        if (full !== undefined) await full;
      }
    }
  }
  const { rowChunks: tabled, tables, rest: written } = await writer.finish();
  return {
    kept: keptChunks(uses, rewrite),
    tabled,
    tables,
    written,
    newRows,
    knownRows,
    rewrittenRows,
    added:
      [...tabled, ...written].reduce((sum, { objectSize }) => sum + objectSize, 0) +
      [...tables.values()].reduce((sum, size) => sum + size, 0),
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
      return await matchOnce(options.rows, parent, loadTable);
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
  rows: RowSequence,
  parent: readonly RowChunk[],
  loadTable: LoadTable,
): Promise<KnownRows> {
  const uses = chunkUses(parent);
  let newRows = 0;
  let newBytes = 0;
  for await (const { batch, chunk, index } of matchRows(rows, liveRows(parent, loadTable))) {
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

/** More would take longer than it saves: at level 6 six per cent smaller in three times the time. */
const LEVEL = 3;

function chunkWriter(options: StoreRowsOptions, level: number) {
  const cutter = new ChunkCutter();
  const tables = new FullTables(options.cluster);
  const inFlight = new Set<Promise<unknown>>();
  /** Chunks finish in any order; tables take them in theirs. */
  let tabling: Promise<void> = Promise.resolve();
  let failure: { readonly error: unknown } | undefined;

  /** @throws what an earlier chunk failed with: nothing more is made for a backup that cannot succeed */
  const start = (cut: CutChunk): Promise<void> | undefined => {
    if (failure !== undefined) throw failure.error;
    const section = writeChunk(options, cut, level);
    const before = tabling;
    tabling = section.then(async (done) => {
      await before;
      await tables.add(done);
    });
    const settled: Promise<void> = tabling.catch((error: unknown) => {
      failure ??= { error };
    });
    inFlight.add(settled);
    void settled.then(() => inFlight.delete(settled));
    return inFlight.size < IN_FLIGHT ? undefined : Promise.race(inFlight).then(() => undefined);
  };
  return {
    add(...row: Parameters<ChunkCutter['add']>): Promise<void> | undefined {
      const cut = cutter.add(...row);
      return cut === undefined ? undefined : start(cut);
    },
    /** @throws what the first chunk that failed, or its table, failed with */
    async finish(): Promise<FullTables> {
      const last = cutter.flush();
      if (last !== undefined && failure === undefined) void start(last);
      await Promise.all(inFlight);
      await tabling;
      return tables;
    },
  };
}

async function writeChunk(options: StoreRowsOptions, cut: CutChunk, level: number): Promise<TableSection> {
  const { cluster, threads, target, jobOf, onChunk } = options;
  const columns = encodeColumns(cut.rows, 0, cut.rows.count);
  const { digest, bytes } = await threads.makeChunk(jobOf(cut, target, level));
  await cluster.store.storage.put(chunkName(cluster.id, digest), bytes);
  onChunk?.({ rows: cut.rows.count, bytes: bytes.length });
  return {
    digest,
    objectSize: bytes.length,
    rows: cut.rows.count,
    plainBytes: cut.bytes,
    firstMain: cut.rows.main[0]!,
    firstSub: cut.rows.sub[0]!,
    columns,
  };
}
