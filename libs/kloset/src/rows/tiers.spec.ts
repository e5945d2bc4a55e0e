import fc from 'fast-check';
import { tiersToMerge } from './tiers.ts';

const FULL = 1 << 20;
/** The tier that a size is in: each is four times the one before. */
const tierOf = (size: number): number => Math.floor(Math.log(Math.max(1, size)) / Math.log(4) + 1e-9);

describe('small things', () => {
  it('are merged by whole tiers, as soon as eight have gathered, and never when they are full', () => {
    const size = fc.oneof(
      fc.nat({ max: 2 * FULL }),
      fc.nat({ max: 20 }),
      fc.nat({ max: 10 }).map((tier) => 4 ** tier),
    );
    fc.assert(
      fc.property(fc.array(size, { maxLength: 80 }), (sizes) => {
        const merged = new Set(tiersToMerge(sizes, FULL));
        const tiers = new Map<number, number>();
        for (const each of sizes)
          if (each < FULL) tiers.set(tierOf(each), (tiers.get(tierOf(each)) ?? 0) + 1);
        sizes.forEach((each, i) => {
          expect(merged.has(i)).toBe(each < FULL && tiers.get(tierOf(each))! >= 8);
        });
        expect([...merged]).toEqual([...merged].toSorted((a, b) => a - b));
      }),
    );
  });

  it('stay few and are rewritten seldom while they come one by one', () => {
    let things: number[] = [];
    let rewritten = 0;
    const count = 5000;
    for (let i = 0; i < count; i++) {
      things.push(10);
      const merged = tiersToMerge(things, FULL);
      const sum = merged.reduce((bytes, at) => bytes + things[at]!, 0);
      rewritten += sum;
      if (merged.length > 0) things = [...things.filter((_, at) => !merged.includes(at)), sum];
      expect(things.length).toBeLessThanOrEqual(7 * (tierOf(10 * count) + 1));
    }
    expect(things.reduce((sum, each) => sum + each)).toBe(10 * count);
    // Each byte once a tier, and there are eight tiers at most.
    expect(rewritten / (10 * count)).toBeLessThan(6);
  });
});
