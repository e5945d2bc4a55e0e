/** Bytewise order, as bbolt sorts keys: negative when `a` comes first, 0 when they are equal. */
export function compareBytes(a: Uint8Array, b: Uint8Array): number {
  return compareRanges(a, 0, a.length, b, 0, b.length);
}

/** {@link compareBytes} of a[aStart, aEnd) and b[bStart, bEnd), without making views: this is in the hot loops. */
export function compareRanges(
  a: Uint8Array,
  aStart: number,
  aEnd: number,
  b: Uint8Array,
  bStart: number,
  bEnd: number,
): number {
  const shared = Math.min(aEnd - aStart, bEnd - bStart);
  for (let i = 0; i < shared; i++) {
    const difference = a[aStart + i]! - b[bStart + i]!;
    if (difference !== 0) return difference;
  }
  return aEnd - aStart - (bEnd - bStart);
}

export function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

const HIGH_WORD = 0x1_0000_0000;

/** A little-endian u64 as a number: exact below 2^53, and at least 2^53 when it is not. */
export function readU64(view: DataView, offset: number): number {
  return view.getUint32(offset + 4, true) * HIGH_WORD + view.getUint32(offset, true);
}

/** `value` is a whole number below 2^53. */
export function writeU64(view: DataView, offset: number, value: number): void {
  view.setUint32(offset, value % HIGH_WORD, true);
  view.setUint32(offset + 4, Math.floor(value / HIGH_WORD), true);
}
