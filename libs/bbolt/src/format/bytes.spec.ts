import fc from 'fast-check';

import { compareBytes, readU64, viewOf, writeU64 } from './bytes.ts';

describe('compareBytes', () => {
  it('orders bytes as Buffer.compare does', () => {
    const nearlyEqual = fc.uint8Array({ maxLength: 6, max: 2 });
    fc.assert(
      fc.property(nearlyEqual, nearlyEqual, (a, b) => {
        expect(Math.sign(compareBytes(a, b))).toBe(Buffer.compare(a, b));
      }),
    );
  });

  it('takes a byte of 0x80 and more for larger than one below it', () => {
    expect(compareBytes(Uint8Array.of(0x80), Uint8Array.of(0x7f))).toBeGreaterThan(0);
  });
});

describe('readU64', () => {
  it('reads back every whole number below 2^53 that was written', () => {
    const view = viewOf(new Uint8Array(8));
    fc.assert(
      fc.property(fc.nat({ max: Number.MAX_SAFE_INTEGER }), (value) => {
        writeU64(view, 0, value);
        expect(readU64(view, 0)).toBe(value);
      }),
    );
  });

  it('gives a number that is not safe for 2^53 and more', () => {
    const view = viewOf(new Uint8Array(8));
    fc.assert(
      fc.property(fc.bigInt({ min: 2n ** 53n, max: 2n ** 64n - 1n }), (value) => {
        view.setBigUint64(0, value, true);
        expect(Number.isSafeInteger(readU64(view, 0))).toBe(false);
      }),
    );
  });
});
