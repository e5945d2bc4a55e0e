import { encodeColumns, type Cluster, type RowChunk } from '@etcd-kloset/kloset';
import { abortable } from '../abortable.ts';
import { type DraftSection } from '../draft/snapshot-draft.ts';
import { type ChunkSink, type StoredChunk } from '../sink/chunk-sink.ts';
import { type ChunkJob } from '../threads/thread-messages.ts';
import { ChunkCutter, type CutChunk } from './chunk-cutter.ts';
import { FULL_TABLE_ROWS, FullTables } from './full-tables.ts';

/** Rows of chunks that are not in the store yet: what is remembered of more would fill memory, and the draft. */
const MOST_PENDING_ROWS = FULL_TABLE_ROWS;

export interface ChunkWriterOptions {
  readonly cluster: Cluster;
  readonly sink: ChunkSink;
  /** What a chunk of these rows is made from. */
  readonly jobOf: (cut: CutChunk) => ChunkJob;
  readonly signal?: AbortSignal | undefined;
  /** A chunk is in the store. */
  readonly onChunk?: ((progress: { rows: number; bytes: number }) => void) | undefined;
}

export interface WrittenChunks {
  /** Chunks that have their table. */
  readonly tabled: readonly RowChunk[];
  /** Bytes of the tables of those, by digest. */
  readonly tables: ReadonlyMap<string, number>;
  /** The others, in revision order. */
  readonly sections: readonly DraftSection[];
}

type Pending = DraftSection & { stored: StoredChunk | undefined };

/**
 * Cuts rows into chunks and hands them to a sink. Chunks are stored in any order; full tables take them in theirs
 * as soon as they can, so that memory holds the last ones only.
 */
export class ChunkWriter {
  readonly #options: ChunkWriterOptions;
  readonly #cutter = new ChunkCutter();
  readonly #tables: FullTables;
  /** Chunks that no table has, in revision order. */
  readonly #pending: Pending[] = [];
  #pendingRows = 0;
  #isTabling = false;
  #tabling: Promise<void> = Promise.resolve();
  #failure: { readonly error: unknown } | undefined;
  #closed = false;
  #wake: () => void = () => undefined;

  constructor(options: ChunkWriterOptions) {
    this.#options = options;
    this.#tables = new FullTables(options.cluster);
  }

  /**
   * Takes row `i`; a promise means: wait before you give more. It rejects with what an earlier chunk failed with:
   * nothing more is made for a backup that cannot succeed.
   */
  add(...row: Parameters<ChunkCutter['add']>): Promise<void> | undefined {
    const cut = this.#cutter.add(...row);
    return cut === undefined ? undefined : this.#write(cut);
  }

  /**
   * The last row was added. The sink has all chunks when this resolves; not all of them need to be in the store.
   * @throws what the first chunk that failed, or its table, failed with
   */
  async finish(): Promise<WrittenChunks> {
    const { sink, signal } = this.#options;
    const last = this.#cutter.flush();
    if (last !== undefined) await this.#write(last);
    await abortable(sink.drain(), signal);
    this.#closed = true;
    await this.#tabling;
    this.#throwFailure();
    return {
      tabled: this.#tables.rowChunks,
      tables: this.#tables.tables,
      // Copies: what is learned from now on is told to whoever commits the draft.
      sections: [...this.#tables.rest, ...this.#pending.map((section) => ({ ...section }))],
    };
  }

  async #write(cut: CutChunk): Promise<void> {
    const { sink, jobOf, signal } = this.#options;
    this.#throwFailure();
    const putting = sink.put(jobOf(cut));
    // Also for when this is given up before the sink has answered.
    putting.then(({ stored: later }) => later.catch(() => undefined)).catch(() => undefined);
    const columns = encodeColumns(cut.rows, 0, cut.rows.count);
    const { sequence, stored } = await abortable(putting, signal);
    const section: Pending = {
      sequence,
      stored: undefined,
      rows: cut.rows.count,
      plainBytes: cut.bytes,
      firstMain: cut.rows.main[0]!,
      firstSub: cut.rows.sub[0]!,
      columns,
    };
    this.#pending.push(section);
    this.#pendingRows += section.rows;
    stored.then(
      (chunk) => {
        this.#isStored(section, chunk);
      },
      (error: unknown) => {
        this.#fail(error);
      },
    );
    while (this.#pendingRows > MOST_PENDING_ROWS) {
      this.#throwFailure();
      await abortable(this.#nextChange(), signal);
    }
  }

  #isStored(section: Pending, chunk: StoredChunk): void {
    section.stored = chunk;
    if (this.#closed) return;
    this.#options.onChunk?.({ rows: section.rows, bytes: chunk.size });
    if (!this.#isTabling) this.#tabling = this.#table();
  }

  /** Gives tables what is stored, up to the first chunk that is not. */
  async #table(): Promise<void> {
    this.#isTabling = true;
    try {
      for (;;) {
        const first = this.#pending[0];
        if (first?.stored === undefined || this.#closed) break;
        this.#pending.shift();
        await this.#tables.add(first);
        this.#pendingRows -= first.rows;
        this.#wake();
      }
    } catch (error) {
      this.#fail(error);
    } finally {
      this.#isTabling = false;
    }
  }

  #nextChange(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve;
    });
  }

  #fail(error: unknown): void {
    this.#failure ??= { error };
    this.#wake();
  }

  #throwFailure(): void {
    if (this.#failure !== undefined) throw this.#failure.error;
  }
}
