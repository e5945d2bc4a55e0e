import { type RowChunk } from '../format/snapshot-map.ts';

/** Which rows of a parent's chunks the new snapshot has, as it is found out row by row. */
export interface ChunkUse {
  readonly chunk: RowChunk;
  readonly bits: Uint8Array;
  rows: number;
  /** Bytes of its live rows, key and value. */
  bytes: number;
}

export function chunkUses(chunks: readonly RowChunk[]): ChunkUse[] {
  return chunks.map((chunk) => ({
    chunk,
    bits: new Uint8Array(Math.ceil(chunk.rows / 8)),
    rows: 0,
    bytes: 0,
  }));
}

export function markLive(use: ChunkUse, row: number, size: number): void {
  use.bits[row >>> 3]! |= 1 << (row & 7);
  use.rows++;
  use.bytes += size;
}

/** The chunk with its live map, for the new snapshot's record. */
export function withLiveMap(use: ChunkUse): RowChunk {
  return { ...use.chunk, live: use.rows === use.chunk.rows ? undefined : use.bits };
}
