import fc from 'fast-check';
import { KlosetStoreError } from '../errors.ts';
import { checkTrailer, TRAILER_BYTES, withTrailer } from './trailer.ts';

const codeOf = (call: () => unknown): string => {
  try {
    call();
  } catch (error) {
    if (error instanceof KlosetStoreError) return error.code;
    throw error;
  }
  return 'it did not fail';
};

describe('an object with a trailer', () => {
  it('gives its body back, however it was put together', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 100 }), { maxLength: 5 }), (parts) => {
        const object = Buffer.concat(withTrailer(parts));
        expect(object).toHaveLength(Buffer.concat(parts).length + TRAILER_BYTES);
        expect(Buffer.from(checkTrailer(object, 'an object'))).toEqual(Buffer.concat(parts));
      }),
    );
  });

  it('is rotten with any bit flipped, cut short or added to, and the error names it', () => {
    const object = Buffer.concat(withTrailer([Buffer.from('a small record')]));
    for (let bit = 0; bit < object.length * 8; bit += 1) {
      const altered = Buffer.from(object);
      altered[bit >> 3]! ^= 1 << (bit & 7);
      expect(codeOf(() => checkTrailer(altered, 'x'))).toBe('object.rotten');
    }
    for (let length = 0; length < object.length; length += 1) {
      expect(codeOf(() => checkTrailer(object.subarray(0, length), 'x'))).toBe('object.rotten');
    }
    expect(() => checkTrailer(Buffer.concat([object, Buffer.of(0)]), 'snapshots/1')).toThrow(/snapshots\/1/);
  });
});
