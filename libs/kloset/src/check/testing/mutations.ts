import fc from 'fast-check';

/** A change to some bytes, wherever they are and however many. */
export type Mutation = (bytes: Uint8Array) => Buffer;

type Step = { at: number } & (
  | { do: 'flip'; bit: number }
  | { do: 'set'; value: number }
  | { do: 'insert'; bytes: Uint8Array }
  | { do: 'remove'; count: number }
  | { do: 'cut' }
  | { do: 'repeat'; count: number }
);

const at = fc.double({ min: 0, max: 1, noNaN: true });
/** Bytes that ends of numbers, lengths and counts like to be. */
const byte = fc.oneof(fc.constantFrom(0, 1, 0x7f, 0x80, 0xfe, 0xff), fc.nat(255));

const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ do: fc.constant('flip' as const), at, bit: fc.nat(7) }),
  fc.record({ do: fc.constant('set' as const), at, value: byte }),
  fc.record({
    do: fc.constant('insert' as const),
    at,
    bytes: fc.array(byte, { minLength: 1, maxLength: 9 }).map((values) => Uint8Array.from(values)),
  }),
  fc.record({ do: fc.constant('remove' as const), at, count: fc.integer({ min: 1, max: 40 }) }),
  fc.record({ do: fc.constant('cut' as const), at }),
  fc.record({ do: fc.constant('repeat' as const), at, count: fc.integer({ min: 1, max: 60 }) }),
);

/** One to three changes; half of them near the beginning, where counts and sizes stand. */
export const mutation: fc.Arbitrary<Mutation> = fc
  .array(fc.tuple(step, fc.boolean()), { minLength: 1, maxLength: 3 })
  .map(
    (steps) => (bytes) =>
      steps.reduce<Buffer>(
        (changed, [each, early]) =>
          apply(changed, { ...each, at: early ? (each.at * 24) / Math.max(24, changed.length) : each.at }),
        Buffer.from(bytes),
      ),
  );

function apply(bytes: Buffer, change: Step): Buffer {
  const place = Math.min(bytes.length, Math.floor(change.at * bytes.length));
  const before = bytes.subarray(0, place);
  switch (change.do) {
    case 'flip':
      return Buffer.concat([
        before,
        bytes.subarray(place, place + 1).map((b) => b ^ (1 << change.bit)),
        bytes.subarray(place + 1),
      ]);
    case 'set':
      return Buffer.concat([before, Buffer.of(change.value), bytes.subarray(place + 1)]);
    case 'insert':
      return Buffer.concat([before, change.bytes, bytes.subarray(place)]);
    case 'remove':
      return Buffer.concat([before, bytes.subarray(place + change.count)]);
    case 'cut':
      return Buffer.from(before);
    case 'repeat':
      return Buffer.concat([before, bytes.subarray(place, place + change.count), bytes.subarray(place)]);
  }
}
