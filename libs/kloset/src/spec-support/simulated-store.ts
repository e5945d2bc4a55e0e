import { type RowChunk } from '../format/snapshot-map.ts';
import { type ChunkUse } from '../rows/live-map.ts';
import { chunksToRewrite, DEFAULT_REWRITE } from '../rows/rewrite.ts';

export const MEBIBYTE = 1024 * 1024;
export const POLICY = { ...DEFAULT_REWRITE, chunkBytes: 8 * MEBIBYTE, chunkRows: 8192 };

/** Some rows that are written and die together. */
export interface Cohort {
  readonly bytes: number;
  readonly rows: number;
  /** The first hour in which they are gone. */
  readonly dies: number;
}

interface HeldChunk {
  readonly cohorts: readonly (Cohort & { readonly born: number })[];
  readonly bytes: number;
  readonly rows: number;
}

/** What a year did to a store. Shares and factors, bytes. */
export interface Course {
  readonly newBytes: number;
  readonly rewrittenBytes: number;
  readonly most: {
    /** Chunks beyond as many as there would be if each were half alive. */
    readonly excessChunks: number;
    /** Chunks with less than half of a full one alive. */
    readonly small: number;
    readonly deadShare: number;
    readonly rewrittenAtOnce: number;
  };
}

/** A backup every hour of a database in which rows come and go: what it keeps and writes again, by `chunksToRewrite`. */
export function simulate(hours: number, bornIn: (hour: number) => readonly Cohort[]): Course {
  let held: HeldChunk[] = [];
  let born = 0;
  let newBytes = 0;
  let rewrittenBytes = 0;
  const most = { excessChunks: 0, small: 0, deadShare: 0, rewrittenAtOnce: 0 };
  for (let hour = 0; hour < hours; hour++) {
    const fresh = bornIn(hour)
      .filter(({ dies }) => dies > hour)
      .map((cohort) => ({ ...cohort, born: born++ }));
    const uses = held.map((chunk) => {
      const cohorts = chunk.cohorts.filter(({ dies }) => dies > hour);
      return { chunk, cohorts, ...sumOf(cohorts) };
    });
    const freshBytes = sumOf(fresh).bytes;
    const rewrite = chunksToRewrite(uses.map(useOf), freshBytes, POLICY);
    const again = uses.filter((_, i) => rewrite[i]);
    const againBytes = again.reduce((sum, { bytes }) => sum + bytes, 0);
    newBytes += freshBytes;
    rewrittenBytes += againBytes;

    const kept = uses.filter(({ rows }, i) => rows > 0 && !rewrite[i]);
    const written = cut(
      [...fresh, ...again.flatMap(({ cohorts }) => cohorts)].sort((a, b) => a.born - b.born),
    );
    held = [...kept.map(({ chunk, cohorts }) => ({ ...chunk, cohorts })), ...written];
    const live = held.map(({ cohorts }) => sumOf(cohorts).bytes);
    const liveBytes = live.reduce((sum, bytes) => sum + bytes, 0);
    const heldBytes = held.reduce((sum, { bytes }) => sum + bytes, 0);
    most.excessChunks = Math.max(most.excessChunks, held.length - liveBytes / (POLICY.chunkBytes / 2));
    most.small = Math.max(most.small, live.filter((bytes) => bytes < POLICY.chunkBytes / 2).length);
    most.deadShare = Math.max(most.deadShare, heldBytes === 0 ? 0 : 1 - liveBytes / heldBytes);
    most.rewrittenAtOnce = Math.max(most.rewrittenAtOnce, againBytes);
  }
  return { newBytes, rewrittenBytes, most };
}

function sumOf(cohorts: readonly Cohort[]): { bytes: number; rows: number } {
  let bytes = 0;
  let rows = 0;
  for (const cohort of cohorts) {
    bytes += cohort.bytes;
    rows += cohort.rows;
  }
  return { bytes, rows };
}

function useOf({ chunk, bytes, rows }: { chunk: HeldChunk; bytes: number; rows: number }): ChunkUse {
  const listed: RowChunk = {
    digest: '',
    objectSize: 0,
    table: '',
    section: 0,
    rows: chunk.rows,
    plainBytes: chunk.bytes,
    firstMain: chunk.cohorts[0]?.born ?? 0,
    firstSub: 0,
    live: undefined,
  };
  return { chunk: listed, bits: new Uint8Array(0), rows, bytes };
}

/** Full chunks and a last one with the rest, as the writer of chunks cuts them. */
function cut(cohorts: HeldChunk['cohorts']): HeldChunk[] {
  const chunks: HeldChunk[] = [];
  let start = 0;
  let sum = { bytes: 0, rows: 0 };
  cohorts.forEach((cohort, i) => {
    sum = { bytes: sum.bytes + cohort.bytes, rows: sum.rows + cohort.rows };
    const full = sum.bytes >= POLICY.chunkBytes || sum.rows >= POLICY.chunkRows;
    if (!full && i < cohorts.length - 1) return;
    chunks.push({ cohorts: cohorts.slice(start, i + 1), ...sum });
    start = i + 1;
    sum = { bytes: 0, rows: 0 };
  });
  return chunks;
}
