/** Before every entry. */
export const STREAM_START = '0-0';

/** Whether it is the id of a stream's entry: `<ms>-<n>`, or `<ms>` alone for the first possible one of that millisecond. */
export function isStreamId(text: string): boolean {
  return /^\d{1,19}(-\d{1,19})?$/.test(text);
}

/** Negative, zero or positive, as `a` is before, the same as, or after `b`. */
export function compareStreamIds(a: string, b: string): number {
  const [aMs, aCount] = partsOf(a);
  const [bMs, bCount] = partsOf(b);
  if (aMs !== bMs) return aMs < bMs ? -1 : 1;
  if (aCount !== bCount) return aCount < bCount ? -1 : 1;
  return 0;
}

function partsOf(id: string): [bigint, bigint] {
  const [ms = '0', count = '0'] = id.split('-');
  return [BigInt(ms), BigInt(count)];
}
