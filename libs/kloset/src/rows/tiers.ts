/**
 * Size-tiered merging: which of many small things to write again as one.
 *
 * Things are sorted into tiers by size, each four times the one before; a tier with `fan` members is
 * merged whole. What comes out is in a higher tier, so a byte is rewritten once a tier: the number of
 * things stays logarithmic, the rewriting amortised.
 *
 * @param sizes of things; those at or above `full` are never merged.
 * @returns indices of what is to be merged.
 */
export function tiersToMerge(sizes: readonly number[], full: number, fan = 8): number[] {
  const tiers = new Map<number, number[]>();
  sizes.forEach((size, i) => {
    if (size >= full) return;
    const tier = Math.floor(Math.log2(Math.max(1, size)) / 2);
    const members = tiers.get(tier);
    if (members === undefined) tiers.set(tier, [i]);
    else members.push(i);
  });
  return [...tiers.values()]
    .filter((members) => members.length >= fan)
    .flat()
    .sort((a, b) => a - b);
}
