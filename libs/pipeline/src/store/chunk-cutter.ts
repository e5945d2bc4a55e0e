import { newRowColumns, type RowColumns } from '@etcd-kloset/kloset';
import {
  CRC,
  FLAG_TOMBSTONE,
  FLAGS,
  HASH,
  LENGTH,
  LOCATION,
  MAIN,
  ROW_F64,
  ROW_U32,
  SUB,
  type RowBatch,
} from '@etcd-kloset/mvcc';

/** Bytes of rows, key and value, at which a chunk is full. */
export const CHUNK_BYTES = 8 * 1024 * 1024;
/** Rows at which a chunk is full, however short they are. */
export const CHUNK_ROWS = 8_192;

/** The rows of one chunk to be made, in revision order. */
export interface CutChunk {
  readonly rows: RowColumns;
  /** Where each row begins in the spool file. */
  readonly locations: Float64Array;
  readonly bytes: number;
}

/** Gathers rows, in revision order, until they fill a chunk. */
export class ChunkCutter {
  #rows = newRowColumns(1024);
  #locations = new Float64Array(1024);
  #bytes = 0;

  /** @returns a full chunk, which row `i` was the last to go into. */
  add(batch: RowBatch, i: number): CutChunk | undefined {
    if (this.#rows.count === this.#locations.length) this.#grow();
    const rows = this.#rows;
    const at = rows.count++;
    const u = i * ROW_U32;
    rows.main[at] = batch.f64[i * ROW_F64 + MAIN]!;
    rows.sub[at] = batch.u32[u + SUB]!;
    rows.length[at] = batch.u32[u + LENGTH]!;
    rows.tombstone[at] = batch.u32[u + FLAGS]! & FLAG_TOMBSTONE;
    rows.crc[at] = batch.u32[u + CRC]!;
    rows.hash.set(batch.bytes.subarray((u + HASH) * 4, (u + HASH) * 4 + 16), at * 16);
    this.#locations[at] = batch.f64[i * ROW_F64 + LOCATION]!;
    this.#bytes += batch.u32[u + LENGTH]!;
    return this.#bytes >= CHUNK_BYTES || rows.count >= CHUNK_ROWS ? this.flush() : undefined;
  }

  /** What was gathered so far. */
  flush(): CutChunk | undefined {
    if (this.#rows.count === 0) return undefined;
    const cut = { rows: this.#rows, locations: this.#locations, bytes: this.#bytes };
    this.#rows = newRowColumns(1024);
    this.#locations = new Float64Array(1024);
    this.#bytes = 0;
    return cut;
  }

  #grow(): void {
    const old = this.#rows;
    const rows = newRowColumns(old.count * 4);
    rows.count = old.count;
    rows.main.set(old.main);
    rows.sub.set(old.sub);
    rows.length.set(old.length);
    rows.tombstone.set(old.tombstone);
    rows.crc.set(old.crc);
    rows.hash.set(old.hash);
    const locations = new Float64Array(old.count * 4);
    locations.set(this.#locations);
    this.#rows = rows;
    this.#locations = locations;
  }
}
