import fc from 'fast-check';
import { combineCrc32c, crc32c } from './crc32c.ts';
import { plainCrc32c } from './spec-support/plain-crc32c.ts';

const bytes = fc.uint8Array({ maxLength: 200 });
/** Noise that the long lengths are cut from. */
const noise = Buffer.alloc(20 * 1024 * 1024 + 7);
for (let at = 0, word = 1; at + 4 <= noise.length; at += 4) {
  word = (Math.imul(word, 1_664_525) + 1_013_904_223) | 0;
  noise.writeInt32LE(word, at);
}

describe('CRC-32C', () => {
  it('is the one of the RFC', () => {
    expect(crc32c(Buffer.from('123456789'))).toBe(0xe306_9283);
    expect(crc32c(new Uint8Array(32))).toBe(0x8a91_36aa);
    fc.assert(fc.property(bytes, (all) => expect(crc32c(all)).toBe(plainCrc32c(all))));
  });

  it('goes on where an earlier sum stopped', () => {
    fc.assert(
      fc.property(bytes, bytes, (a, b) => {
        expect(crc32c(b, crc32c(a))).toBe(plainCrc32c(Buffer.concat([a, b])));
      }),
    );
  });
});

describe('two CRCs and the second length', () => {
  it('give the CRC of both together', () => {
    fc.assert(
      fc.property(bytes, bytes, (a, b) => {
        expect(combineCrc32c(crc32c(a), crc32c(b), b.length)).toBe(plainCrc32c(Buffer.concat([a, b])));
      }),
    );
  });

  it('do so for every length that has one bit or all bits of a byte set, up to 20 MB', () => {
    const lengths = [0, noise.length];
    for (let bit = 0; bit < 25; bit++) lengths.push(2 ** bit, 2 ** bit - 1, 255 * 2 ** bit);
    const first = Buffer.from('what stands before');
    for (const length of lengths.filter((each) => each <= noise.length)) {
      const second = noise.subarray(0, length);
      expect(combineCrc32c(crc32c(first), crc32c(second), length)).toBe(crc32c(second, crc32c(first)));
    }
  });

  it('do so for lengths in between', () => {
    const length = fc.nat({ max: noise.length });
    fc.assert(
      fc.property(length, fc.nat({ max: 1000 }), (end, start) => {
        const a = noise.subarray(start, start + 40);
        const b = noise.subarray(start + 40, Math.max(start + 40, end));
        expect(combineCrc32c(crc32c(a), crc32c(b), b.length)).toBe(crc32c(b, crc32c(a)));
      }),
      { numRuns: 15 },
    );
  });

  it('do so in whatever order three are put together', () => {
    fc.assert(
      fc.property(bytes, bytes, bytes, (a, b, c) => {
        const bc = combineCrc32c(crc32c(b), crc32c(c), c.length);
        const whole = combineCrc32c(crc32c(a), bc, b.length + c.length);
        expect(whole).toBe(plainCrc32c(Buffer.concat([a, b, c])));
      }),
    );
  });
});
