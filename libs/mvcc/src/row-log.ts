import { closeSync } from 'node:fs';
import { readFully, writeFully } from './private-file.ts';

/**
 * What is remembered of a row of the `key` bucket, besides its bytes: 56 bytes a row.
 *
 * ```
 *  0 f64 main revision          24 u32 flags (bit 0: tombstone; from bit 8: the reader's own)
 *  8 u32 sub revision           28 u32 user-key hash, high
 * 12 u32 length, key and value  32 16 bytes keyed hash of the row
 * 16 u32 CRC-32C of the row     48 f64 where the row begins in the file it came from
 * 20 u32 user-key hash, low
 * ```
 * Hot loops read the columns straight through `f64` and `u32`; the constants below give the places.
 */
export const ROW_BYTES = 56;
export const ROW_F64 = ROW_BYTES / 8;
export const ROW_U32 = ROW_BYTES / 4;

export const MAIN = 0;
export const LOCATION = 6;
export const SUB = 2;
export const LENGTH = 3;
export const CRC = 4;
export const KEY_LOW = 5;
export const FLAGS = 6;
export const KEY_HIGH = 7;
export const HASH = 8;

export const FLAG_TOMBSTONE = 1;
/** The upper 24 bits of the flags are the reader's own, such as an index into a list of what it met. */
export const FLAG_BITS = 8;

/** A stretch of rows: row `i` has its columns at `f64[i * ROW_F64 + …]` and `u32[i * ROW_U32 + …]`. */
export interface RowBatch {
  readonly f64: Float64Array;
  readonly u32: Uint32Array;
  readonly bytes: Buffer;
  readonly count: number;
}

export function rowBatch(buffer: ArrayBufferLike, offset: number, count: number): RowBatch {
  return {
    f64: new Float64Array(buffer, offset, count * ROW_F64),
    u32: new Uint32Array(buffer, offset, count * ROW_U32),
    bytes: Buffer.from(buffer as ArrayBuffer, offset, count * ROW_BYTES),
    count,
  };
}

/** Rows in revision order, as often as they are asked for. A batch is valid until the next one. */
export interface RowSequence {
  readonly count: number;
  batches(): Iterable<RowBatch>;
}

const BLOCK_ROWS = 16_384;

export interface RowLogOptions {
  /** Rows kept in memory; later ones go to the spill file. Default: 262,144 (14 MiB). */
  readonly memoryRows?: number;
  /** Opens a private file for what does not fit, when it is first needed; the log closes it. */
  readonly openSpill: () => number;
}

/** A log as another thread of the process can take it over. */
export interface SharedRowLog {
  readonly blocks: readonly SharedArrayBuffer[];
  readonly tail: SharedArrayBuffer;
  readonly tailCount: number;
  readonly count: number;
  readonly spill: number | undefined;
}

/**
 * An append-only list of rows in bounded memory, with reads of any stretch. Its blocks are shared memory, so
 * that the thread which fills it can hand it to another one.
 */
export class RowLog {
  #count = 0;
  #blocks: RowBatch[] = [];
  #tail: RowBatch;
  #tailCount = 0;
  #spill: number | undefined;
  #takenOver = false;
  readonly #memoryBlocks: number;
  readonly #openSpill: () => number;

  constructor(options: RowLogOptions) {
    this.#memoryBlocks = Math.max(0, Math.floor((options.memoryRows ?? 16 * BLOCK_ROWS) / BLOCK_ROWS));
    this.#openSpill = options.openSpill;
    this.#tail = newBlock();
  }

  /**
   * What `share` gave, in another thread: for reading only. The spill file stays with the thread that opened it,
   * which must live as long: Node closes a thread's files when it ends, so to close it here too would close
   * whatever has that number by then.
   */
  static takeOver(shared: SharedRowLog): RowLog {
    const log = new RowLog({ openSpill: notGrowing });
    log.#takenOver = true;
    log.#blocks = shared.blocks.map((block) => rowBatch(block, 0, BLOCK_ROWS));
    log.#tail = rowBatch(shared.tail, 0, BLOCK_ROWS);
    log.#tailCount = shared.tailCount;
    log.#count = shared.count;
    log.#spill = shared.spill;
    return log;
  }

  share(): SharedRowLog {
    return {
      blocks: this.#blocks.map(({ f64 }) => f64.buffer as SharedArrayBuffer),
      tail: this.#tail.f64.buffer as SharedArrayBuffer,
      tailCount: this.#tailCount,
      count: this.#count,
      spill: this.#spill,
    };
  }

  get count(): number {
    return this.#count;
  }

  /**
   * Makes room for one more row and says where: the caller fills the columns at index `index` of
   * `batch` before the next call.
   */
  append(): { batch: RowBatch; index: number } {
    if (this.#takenOver) notGrowing();
    if (this.#tailCount === BLOCK_ROWS) this.#flush();
    const index = this.#tailCount++;
    this.#count++;
    return { batch: this.#tail, index };
  }

  /** Rows `[start, start + count)`, copied: the caller may keep them. */
  read(start: number, count: number): RowBatch {
    const out = new Uint8Array(count * ROW_BYTES);
    this.readInto(start, count, out, 0);
    return rowBatch(out.buffer, 0, count);
  }

  /** Copies rows `[start, start + count)` to `offset` of `out`. */
  readInto(start: number, count: number, out: Uint8Array, offset: number): void {
    let row = start;
    let at = offset;
    while (row < start + count) {
      const block = Math.floor(row / BLOCK_ROWS);
      const inBlock = row - block * BLOCK_ROWS;
      const take = Math.min(start + count - row, BLOCK_ROWS - inBlock);
      this.#copy(block, inBlock, take, out, at);
      row += take;
      at += take * ROW_BYTES;
    }
  }

  close(): void {
    if (this.#spill !== undefined && !this.#takenOver) closeSync(this.#spill);
    this.#spill = undefined;
    this.#blocks = [];
  }

  #flush(): void {
    const block = this.#count / BLOCK_ROWS - 1;
    if (this.#blocks.length < this.#memoryBlocks) {
      this.#blocks.push(this.#tail);
      this.#tail = newBlock();
    } else {
      this.#spill ??= this.#openSpill();
      const position = (block - this.#blocks.length) * BLOCK_ROWS * ROW_BYTES;
      writeFully(this.#spill, this.#tail.bytes, position);
    }
    this.#tailCount = 0;
  }

  #copy(block: number, inBlock: number, count: number, out: Uint8Array, offset: number): void {
    const from = inBlock * ROW_BYTES;
    const size = count * ROW_BYTES;
    const held =
      this.#blocks[block] ?? (block * BLOCK_ROWS === this.#count - this.#tailCount ? this.#tail : undefined);
    if (held !== undefined) {
      out.set(held.bytes.subarray(from, from + size), offset);
      return;
    }
    const position = (block - this.#blocks.length) * BLOCK_ROWS * ROW_BYTES + from;
    readFully(this.#spill!, out.subarray(offset, offset + size), position);
  }
}

function notGrowing(): never {
  throw new Error('a log that was taken over does not grow');
}

function newBlock(): RowBatch {
  return rowBatch(new SharedArrayBuffer(BLOCK_ROWS * ROW_BYTES), 0, BLOCK_ROWS);
}

export interface SharedRowRuns {
  readonly starts: Uint32Array;
  readonly counts: Uint32Array;
  readonly rows: number;
}

/** Stretches of a log, one after the other, as one sequence: how leaf pages in key order become rows in revision order. */
export class RowRuns implements RowSequence {
  #starts: Uint32Array = new Uint32Array(1024);
  #counts: Uint32Array = new Uint32Array(1024);
  #runs = 0;
  #rows = 0;
  readonly #log: RowLog;

  constructor(log: RowLog) {
    this.#log = log;
  }

  get count(): number {
    return this.#rows;
  }

  /** The runs as plain arrays, for another thread. */
  share(): SharedRowRuns {
    return {
      starts: this.#starts.slice(0, this.#runs),
      counts: this.#counts.slice(0, this.#runs),
      rows: this.#rows,
    };
  }

  static takeOver(log: RowLog, shared: SharedRowRuns): RowRuns {
    const runs = new RowRuns(log);
    runs.#starts = shared.starts;
    runs.#counts = shared.counts;
    runs.#runs = shared.starts.length;
    runs.#rows = shared.rows;
    return runs;
  }

  add(start: number, count: number): void {
    const last = this.#runs - 1;
    this.#rows += count;
    if (last >= 0 && this.#starts[last]! + this.#counts[last]! === start) {
      this.#counts[last]! += count;
      return;
    }
    if (this.#runs === this.#starts.length) this.#grow();
    this.#starts[this.#runs] = start;
    this.#counts[this.#runs] = count;
    this.#runs++;
  }

  *batches(): Generator<RowBatch> {
    const buffer = new ArrayBuffer(BLOCK_ROWS * ROW_BYTES);
    const bytes = new Uint8Array(buffer);
    let filled = 0;
    for (let run = 0; run < this.#runs; run++) {
      let start = this.#starts[run]!;
      let left = this.#counts[run]!;
      while (left > 0) {
        const take = Math.min(left, BLOCK_ROWS - filled);
        this.#log.readInto(start, take, bytes, filled * ROW_BYTES);
        filled += take;
        start += take;
        left -= take;
        if (filled === BLOCK_ROWS) {
          yield rowBatch(buffer, 0, filled);
          filled = 0;
        }
      }
    }
    if (filled > 0) yield rowBatch(buffer, 0, filled);
  }

  #grow(): void {
    const starts = new Uint32Array(Math.max(16, this.#starts.length * 2));
    const counts = new Uint32Array(Math.max(16, this.#starts.length * 2));
    starts.set(this.#starts);
    counts.set(this.#counts);
    this.#starts = starts;
    this.#counts = counts;
  }
}
