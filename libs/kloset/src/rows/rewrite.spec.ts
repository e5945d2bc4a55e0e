import fc from 'fast-check';
import { MEBIBYTE, POLICY, simulate, type Cohort } from '../spec-support/simulated-store.ts';
import { type ChunkUse } from './live-map.ts';
import { chunksToRewrite } from './rewrite.ts';

const useOf = (held: number, live: number, rows = live > 0 ? 100 : 0): ChunkUse => ({
  chunk: {
    digest: '',
    objectSize: 0,
    table: '',
    section: 0,
    rows: 100,
    plainBytes: held,
    firstMain: 1,
    firstSub: 0,
    live: undefined,
  },
  bits: new Uint8Array(0),
  rows,
  bytes: live,
});
const FULL = POLICY.chunkBytes;

describe('chunks to write again', () => {
  it('are those that are all but dead, at once', () => {
    const uses = [useOf(FULL, FULL), useOf(FULL, FULL * 0.09), useOf(FULL, FULL * 0.11), useOf(FULL, FULL)];
    expect(chunksToRewrite(uses, 0, POLICY)).toEqual([false, true, false, false]);
  });

  it('are the deadest ones, until little enough of all is dead', () => {
    const uses = [0.5, 0.3, 0.9, 0.2, 0.6].map((live) => useOf(FULL, FULL * live));
    // 2.5 of 5 are alive; without the dead part of the deadest it is 2.5 of 4.2.
    expect(chunksToRewrite(uses, 0, POLICY)).toEqual([false, false, false, true, false]);
    // New rows are alive too: then nothing needs to be done.
    expect(chunksToRewrite(uses, FULL, POLICY)).toEqual([false, false, false, false, false]);
  });

  it('are never those that nothing is left of', () => {
    expect(chunksToRewrite([useOf(FULL, 0), useOf(100, 0)], 0, POLICY)).toEqual([false, false]);
    expect(chunksToRewrite([], 5, POLICY)).toEqual([]);
  });

  it('are eight small ones of a kind, and not seven, nor chunks that many short rows fill', () => {
    const small = (count: number, rows?: number) =>
      Array.from({ length: count }, () => useOf(1000, 1000, rows));
    expect(chunksToRewrite(small(7), 0, POLICY)).toEqual(new Array(7).fill(false));
    expect(chunksToRewrite(small(8), 0, POLICY)).toEqual(new Array(8).fill(true));
    expect(chunksToRewrite(small(8, POLICY.chunkRows / 2 - 1), 0, POLICY)).toEqual(new Array(8).fill(true));
    expect(chunksToRewrite(small(8, POLICY.chunkRows / 2), 0, POLICY)).toEqual(new Array(8).fill(false));
    const halves = Array.from({ length: 8 }, () => useOf(FULL, FULL / 2 + 1));
    expect(chunksToRewrite([...halves, useOf(FULL, FULL)], FULL, POLICY)).toEqual(new Array(9).fill(false));
  });

  it('leave behind what is alive for more than half, whatever the chunks are', () => {
    const use = fc
      .tuple(fc.integer({ min: 1, max: 2 * FULL }), fc.double({ min: 0, max: 1, noNaN: true }))
      .map(([held, share]) => useOf(held, Math.floor(held * share)));
    fc.assert(
      fc.property(fc.array(use, { maxLength: 40 }), fc.nat({ max: FULL }), (uses, newBytes) => {
        const rewrite = chunksToRewrite(uses, newBytes, POLICY);
        let live = newBytes;
        let held = newBytes;
        uses.forEach(({ rows, bytes, chunk }, i) => {
          if (rows === 0) return;
          live += bytes;
          held += rewrite[i] ? bytes : chunk.plainBytes;
        });
        expect(live).toBeGreaterThanOrEqual(held * POLICY.minTotalLive - 1e-6);
      }),
    );
  });
});

/** Numbers from 0 to 1, the same at each run. */
function numbers(): () => number {
  let state = 1;
  return () => (state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0) / 2 ** 32;
}

describe('a year, or some months, of backups every hour', () => {
  const YEAR = 8760;
  const rowsOf = (count: number, make: () => Cohort): Cohort[] => Array.from({ length: count }, make);
  /** Seven in each of eleven tiers below half a chunk, and the rest of the last one written. */
  const MOST_SMALL = 78;

  it('of a cluster like that of Kubernetes writes less again than is new, and keeps chunks few and alive', () => {
    const next = numbers();
    const lasting = (mean: number): number => -Math.log(1 - next()) * mean;
    const { newBytes, rewrittenBytes, most } = simulate(YEAR, (hour) =>
      rowsOf(hour === 0 ? 400 : 15, () => {
        const lasts = hour === 0 ? lasting(2000) : lasting([1, 1, 1, 24, 700][Math.floor(next() * 5)]!);
        return { bytes: MEBIBYTE / 4, rows: 48, dies: hour + lasts };
      }),
    );
    expect(rewrittenBytes / newBytes).toBeLessThan(1);
    expect(most.deadShare).toBeLessThan(0.5);
    expect(most.small).toBeLessThan(MOST_SMALL);
    expect(most.excessChunks).toBeLessThan(MOST_SMALL);
    expect(most.rewrittenAtOnce).toBeLessThan(40 * MEBIBYTE);
  });

  it('of a large database in which little happens writes that little a few times, not the database', () => {
    const next = numbers();
    const { newBytes, rewrittenBytes, most } = simulate(3000, (hour) =>
      rowsOf(hour === 0 ? 400 : 2, () => ({
        bytes: hour === 0 ? MEBIBYTE / 4 : MEBIBYTE / 10,
        rows: 20,
        dies: hour + (hour === 0 ? next() * 40_000 : next() * 1600),
      })),
    );
    expect(rewrittenBytes / newBytes).toBeLessThan(4);
    expect(most.deadShare).toBeLessThan(0.5);
    expect(most.small).toBeLessThan(MOST_SMALL);
    expect(most.rewrittenAtOnce).toBeLessThan(40 * MEBIBYTE);
  });

  it('of rows that only come writes each a few times', () => {
    const { newBytes, rewrittenBytes, most } = simulate(2000, () =>
      rowsOf(1, () => ({ bytes: 400_000, rows: 30, dies: Infinity })),
    );
    expect(rewrittenBytes / newBytes).toBeLessThan(3);
    expect(most.excessChunks).toBeLessThan(MOST_SMALL);
    expect(most.small).toBeLessThan(MOST_SMALL);
  });

  it('of rows so short that their number fills chunks does not write them all again every hour', () => {
    const next = numbers();
    const { newBytes, rewrittenBytes, most } = simulate(1000, (hour) =>
      rowsOf(hour === 0 ? 800 : 8, () => ({ bytes: 32_768, rows: 1100, dies: hour + 500 + next() * 2000 })),
    );
    expect(rewrittenBytes / newBytes).toBeLessThan(3);
    expect(most.rewrittenAtOnce).toBeLessThan(20 * MEBIBYTE);
  });
});
