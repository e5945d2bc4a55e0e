import fc from 'fast-check';
import { MvccError } from './errors.ts';
import { isRevisionKey, readMain, readSub, writeRevisionKey } from './revision.ts';

const MOST_MAIN = Number.MAX_SAFE_INTEGER;
const MOST_SUB = 0xffff_ffff;

/** The key as etcd writes it, by way of Node's own integers. */
function expectedKey(main: number, sub: number, tombstone: boolean): Buffer {
  const key = Buffer.alloc(17);
  key.writeBigUInt64BE(BigInt(main), 0);
  key.write('_', 8);
  key.writeBigUInt64BE(BigInt(sub), 9);
  return tombstone ? Buffer.concat([key, Buffer.from('t')]) : key;
}

const revision = fc.record({
  main: fc.oneof(fc.maxSafeNat(), fc.constantFrom(0, 1, 0xffff_ffff, 0x1_0000_0000, MOST_MAIN)),
  sub: fc.oneof(fc.nat({ max: MOST_SUB }), fc.constantFrom(0, 0x7fff_ffff, 0x8000_0000, MOST_SUB)),
  tombstone: fc.boolean(),
  offset: fc.nat({ max: 9 }),
});

function codeOf(call: () => unknown): string {
  try {
    call();
  } catch (error) {
    if (error instanceof MvccError) return error.code;
    throw error;
  }
  return 'it did not fail';
}

describe('a revision key', () => {
  it('is written as etcd writes it, and reads back, wherever it stands', () => {
    fc.assert(
      fc.property(revision, ({ main, sub, tombstone, offset }) => {
        const out = new Uint8Array(40).fill(0xee);
        const size = writeRevisionKey(out, offset, main, sub, tombstone);
        expect(Buffer.from(out.subarray(offset, offset + size))).toEqual(expectedKey(main, sub, tombstone));
        expect(out.subarray(0, offset)).toEqual(new Uint8Array(offset).fill(0xee));
        expect(out.subarray(offset + size)).toEqual(new Uint8Array(40 - offset - size).fill(0xee));
        expect(isRevisionKey(out, offset, offset + size)).toBe(true);
        expect(readMain(out, offset)).toBe(main);
        expect(readSub(out, offset)).toBe(sub);
      }),
    );
  });

  it('is known by its length, its underscore and its t', () => {
    const put = expectedKey(5, 1, false);
    const tombstone = expectedKey(5, 1, true);
    expect(isRevisionKey(put, 0, 16)).toBe(false);
    expect(isRevisionKey(Buffer.concat([tombstone, Buffer.from('t')]), 0, 19)).toBe(false);
    expect(isRevisionKey(Buffer.alloc(0), 0, 0)).toBe(false);
    for (const wrong of [0x5e, 0, 0x2d]) {
      const altered = Buffer.from(put);
      altered[8] = wrong;
      expect(isRevisionKey(altered, 0, 17)).toBe(false);
    }
    for (const wrong of [0x54, 0, 0x75]) {
      const altered = Buffer.from(tombstone);
      altered[17] = wrong;
      expect(isRevisionKey(altered, 0, 18)).toBe(false);
    }
  });

  it('past what a number can tell is refused, up to there it is exact', () => {
    const key = Buffer.alloc(17);
    key.writeBigUInt64BE(2n ** 53n - 1n);
    expect(readMain(key, 0)).toBe(MOST_MAIN);
    key.writeBigUInt64BE(2n ** 53n);
    expect(codeOf(() => readMain(key, 0))).toBe('mvcc.bad-revision');
    key.writeBigUInt64BE(2n ** 64n - 1n);
    expect(codeOf(() => readMain(key, 0))).toBe('mvcc.bad-revision');

    key.writeBigUInt64BE(2n ** 32n - 1n, 9);
    expect(readSub(key, 0)).toBe(MOST_SUB);
    key.writeBigUInt64BE(2n ** 32n, 9);
    expect(codeOf(() => readSub(key, 0))).toBe('mvcc.bad-revision');
  });

  it('sorts bytewise as revisions do', () => {
    fc.assert(
      fc.property(revision, revision, (a, b) => {
        const bytewise = Buffer.compare(
          expectedKey(a.main, a.sub, a.tombstone),
          expectedKey(b.main, b.sub, b.tombstone),
        );
        const written = [a, b].map(({ main, sub, tombstone }) => {
          const out = Buffer.alloc(18);
          return out.subarray(0, writeRevisionKey(out, 0, main, sub, tombstone));
        });
        expect(Buffer.compare(written[0]!, written[1]!)).toBe(bytewise);
        expect(bytewise).toBe(
          Math.sign(a.main - b.main || a.sub - b.sub || Number(a.tombstone) - Number(b.tombstone)),
        );
      }),
    );
  });
});
