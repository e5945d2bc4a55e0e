import { type ChunkUse } from './live-map.ts';
import { tiersToMerge } from './tiers.ts';

export interface RewritePolicy {
  /** Bytes of rows in a full chunk. */
  readonly chunkBytes: number;
  /** Rows at which a chunk is full, however short they are. */
  readonly chunkRows: number;
  /** A chunk with a smaller live share is written again at once: there is hardly anything to write. */
  readonly minChunkLive: number;
  /** While a smaller share of all rows in the chunks is live, the deadest chunks are written again. */
  readonly minTotalLive: number;
}

export const DEFAULT_REWRITE: Omit<RewritePolicy, 'chunkBytes' | 'chunkRows'> = {
  minChunkLive: 0.1,
  minTotalLive: 0.55,
};

/**
 * Which of the parent's chunks to write again, given what is live in each: the backup has all live rows
 * in its hands, so nothing is read back. Chunks with no live row at all are simply not listed any more.
 *
 * @returns for each chunk whether its live rows are to be stored as if they were new.
 */
export function chunksToRewrite(
  uses: readonly ChunkUse[],
  newBytes: number,
  policy: RewritePolicy,
): boolean[] {
  const used = uses.map((use, i) => ({ use, i })).filter(({ use }) => use.rows > 0);
  const rewrite = uses.map(() => false);
  for (const { use, i } of used) {
    if (use.bytes < use.chunk.plainBytes * policy.minChunkLive) rewrite[i] = true;
  }

  let live = newBytes;
  let held = newBytes;
  for (const { use, i } of used) {
    live += use.bytes;
    held += rewrite[i] ? use.bytes : use.chunk.plainBytes;
  }
  const deadestFirst = used
    .filter(({ i }) => !rewrite[i])
    .sort((a, b) => a.use.bytes / a.use.chunk.plainBytes - b.use.bytes / b.use.chunk.plainBytes);
  for (const { use, i } of deadestFirst) {
    if (live >= held * policy.minTotalLive) break;
    rewrite[i] = true;
    held -= use.chunk.plainBytes - use.bytes;
  }

  // A chunk of many short rows is full as well: written again it would come out as it was, every time.
  const small = used.filter(({ use, i }) => !rewrite[i] && use.rows < policy.chunkRows / 2);
  for (const at of tiersToMerge(
    small.map(({ use }) => use.bytes),
    policy.chunkBytes / 2,
  ))
    rewrite[small[at]!.i] = true;
  return rewrite;
}
