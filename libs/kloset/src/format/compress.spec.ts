import { zstdCompressSync } from 'node:zlib';
import fc from 'fast-check';
import { compress, decompress } from './compress.ts';

describe('compressed bytes', () => {
  it('come back, at every level that is used, and from nothing too', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 2000 }),
        fc.constantFrom(undefined, 1, 3, 6, 9),
        (plain, level) => {
          expect(decompress(compress(plain, level), plain.length).equals(plain)).toBe(true);
        },
      ),
      { numRuns: 50 },
    );
  });

  it('take the level they are given', () => {
    const plain = Buffer.from(
      Array.from({ length: 30_000 }, (_, i) => `line ${(i * 7919) % 10_007} of many\n`).join(''),
    );
    expect(compress(plain, 9).length).toBeLessThan(compress(plain).length);
    expect(compress(plain).equals(compress(plain, 3))).toBe(true);
  });

  it('are refused when they are not as long as they should be', () => {
    const packed = compress(Buffer.alloc(1000, 'x'));
    for (const size of [0, 1, 999, 1001]) expect(() => decompress(packed, size)).toThrow();
    expect(() => decompress(compress(Buffer.alloc(0)), 1)).toThrow();
  });

  it('cannot fill memory: a gigabyte in a few bytes is given up after what was to come', () => {
    const bomb = zstdCompressSync(Buffer.alloc(64 * 1024 * 1024));
    expect(bomb.length).toBeLessThan(10_000);
    const before = process.memoryUsage().rss;
    expect(() => decompress(bomb, 1000)).toThrow();
    expect(process.memoryUsage().rss - before).toBeLessThan(32 * 1024 * 1024);
  });

  it('that are none are refused', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 50 }), (noise) => {
        expect(() => decompress(noise, 10)).toThrow();
      }),
      { numRuns: 50 },
    );
  });
});
