import { createHash, hkdfSync, randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { ROW_HASH_BYTES, rowHasher } from './row-hash.ts';

const idKey = new Uint8Array(randomBytes(32));

const derived = (purpose: string): Uint8Array => {
  const label = Buffer.from(`etcd-kloset/v1/${purpose}`);
  const info = Buffer.concat([Buffer.of(0, 0, 0, label.length), label]);
  return new Uint8Array(hkdfSync('sha256', idKey, new Uint8Array(0), info, 32));
};
const expected = (row: Uint8Array): Buffer =>
  createHash('sha256').update(derived('row-hash')).update(row).digest().subarray(0, 16);

describe('the keyed hash of a row', () => {
  it('is the first half of SHA-256 over the derived key and the row, written where it is wanted', () => {
    const hashRowInto = rowHasher(idKey);
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 400 }),
        fc.nat(30),
        fc.nat(30),
        fc.nat(20),
        (bytes, before, after, outOffset) => {
          const start = Math.min(before, bytes.length);
          const end = Math.max(start, bytes.length - after);
          const out = Buffer.alloc(64, 0xee);
          hashRowInto(bytes, start, end, out, outOffset);
          const wanted = Buffer.alloc(64, 0xee);
          expected(bytes.subarray(start, end)).copy(wanted, outOffset);
          expect(out).toEqual(wanted);
        },
      ),
    );
  });

  it.each([0, 1, (1 << 18) - 1, 1 << 18, (1 << 18) + 1, 1_500_000])(
    'is the same kind of hash for a row of %d bytes, and leaves no trace of the row before',
    (length) => {
      const hashRowInto = rowHasher(idKey);
      const out = Buffer.alloc(ROW_HASH_BYTES);
      hashRowInto(randomBytes(5000), 0, 5000, out, 0);
      const row = new Uint8Array(randomBytes(length));
      hashRowInto(row, 0, length, out, 0);
      expect(out).toEqual(expected(row));
    },
  );

  it('is another one under another key', () => {
    const [mine, other] = [idKey, new Uint8Array(randomBytes(32))].map((key) => {
      const out = Buffer.alloc(ROW_HASH_BYTES);
      rowHasher(key)(Buffer.from('a row'), 0, 5, out, 0);
      return out;
    });
    expect(mine).not.toEqual(other);
  });

  it('refuses to read or write outside of what it is given', () => {
    const hashRowInto = rowHasher(idKey);
    expect(() => hashRowInto(Buffer.alloc(10), 0, 11, Buffer.alloc(16), 0)).toThrow(RangeError);
    expect(() => hashRowInto(Buffer.alloc(10), 6, 5, Buffer.alloc(16), 0)).toThrow(RangeError);
    expect(() => hashRowInto(Buffer.alloc(10), 0, 10, Buffer.alloc(16), 1)).toThrow(RangeError);
  });
});
