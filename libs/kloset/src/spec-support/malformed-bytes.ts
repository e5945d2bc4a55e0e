import fc from 'fast-check';
import { isKlosetError } from '@etcd-kloset/errors';
import { KlosetStoreError } from '../errors.ts';

/**
 * Calls a reader of bytes that may be anything.
 * @returns what it read, or the error; any error but a `KlosetStoreError` is thrown.
 */
export function readOrRefuse<T>(read: () => T): { readonly value: T } | KlosetStoreError {
  try {
    return { value: read() };
  } catch (error) {
    if (error instanceof KlosetStoreError) return error;
    throw error;
  }
}

/** The code of the error that a call fails with on purpose. */
export async function codeOf(call: () => unknown): Promise<string> {
  try {
    await call();
  } catch (error) {
    if (isKlosetError(error)) return error.code;
    throw error;
  }
  return 'it did not fail';
}

/** One way of damaging bytes; places are shares of the length. */
type Damage =
  | { readonly flip: number; readonly bit: number }
  | { readonly cut: number }
  | { readonly drop: number; readonly length: number }
  | { readonly insert: number; readonly bytes: Uint8Array }
  | { readonly set: number; readonly bytes: Uint8Array };

const place = fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true });
const some = fc.oneof(
  fc.uint8Array({ minLength: 1, maxLength: 9 }),
  // The ends of what a varint can say, and a length of 16 GiB.
  fc.constantFrom(
    Uint8Array.of(0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x0f),
    Uint8Array.of(0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x1f),
    Uint8Array.of(0x80, 0x80, 0x80, 0x80, 0x40),
    Uint8Array.of(0xff, 0xff, 0xff, 0xff, 0x0f),
    Uint8Array.of(0x80, 0x00),
  ),
);
const flip: fc.Arbitrary<Damage> = fc.record({ flip: place, bit: fc.nat({ max: 7 }) });
const damage: fc.Arbitrary<Damage> = fc.oneof(
  flip,
  fc.record({ cut: place }),
  fc.record({ drop: place, length: fc.nat({ max: 12 }) }),
  fc.record({ insert: place, bytes: some }),
  fc.record({ set: place, bytes: some }),
);

/** One flipped bit or a few damages, and how they turn sound bytes into others. */
export const damages = fc
  .oneof(fc.tuple(flip), fc.array(damage, { minLength: 1, maxLength: 3 }))
  .map((all) => (sound: Uint8Array) => all.reduce(apply, sound));

function apply(sound: Uint8Array, each: Damage): Uint8Array {
  const at = (share: number): number => Math.floor(share * sound.length);
  if ('flip' in each) {
    const bytes = Buffer.from(sound);
    if (bytes.length > 0) bytes[at(each.flip)]! ^= 1 << each.bit;
    return bytes;
  }
  if ('cut' in each) return Buffer.from(sound.subarray(0, at(each.cut)));
  if ('drop' in each) {
    return Buffer.concat([sound.subarray(0, at(each.drop)), sound.subarray(at(each.drop) + each.length)]);
  }
  const start = 'insert' in each ? at(each.insert) : at(each.set);
  const rest = 'insert' in each ? start : start + each.bytes.length;
  return Buffer.concat([sound.subarray(0, start), each.bytes, sound.subarray(rest)]);
}
