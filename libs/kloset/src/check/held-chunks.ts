import { type RowChunk } from '../format/snapshot-map.ts';

/** What belongs to the chunks of a snapshot, loaded when a row of theirs is met and dropped after their last live one. */
export interface HeldChunks<T> {
  /** If it is loaded already. */
  ready(chunk: number): T | undefined;
  load(chunk: number): Promise<T>;
  /** To be called once for each row that was met. */
  taken(chunk: number): void;
}

/** @param load given a chunk's digest */
export function heldChunks<T>(
  chunks: readonly RowChunk[],
  load: (digest: string) => Promise<T> | T,
): HeldChunks<T> {
  const left = Uint32Array.from(chunks, liveRowsOf);
  const held = new Map<number, T>();
  return {
    ready: (chunk) => held.get(chunk),
    async load(chunk) {
      const loaded = await load(chunks[chunk]!.digest);
      held.set(chunk, loaded);
      return loaded;
    },
    taken(chunk) {
      if (--left[chunk]! === 0) held.delete(chunk);
    },
  };
}

/** How many rows of a chunk its snapshot has. */
export function liveRowsOf({ live, rows }: Pick<RowChunk, 'live' | 'rows'>): number {
  if (live === undefined) return rows;
  let count = 0;
  for (let byte of live) for (; byte !== 0; byte &= byte - 1) count++;
  return count;
}
