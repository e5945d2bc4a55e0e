import { codeThrownBy } from '../spec-support/thrown-by.ts';
import { writtenByBbolt } from '../spec-support/written-by-bbolt.ts';
import { META_AREA_BYTES, readMeta, writeMeta } from './meta.ts';

const META_AT = 16;

function twoMetas(pageSize: number, txids: readonly [bigint, bigint]): Uint8Array {
  const file = new Uint8Array(Math.max(4 * pageSize, META_AREA_BYTES));
  for (const slot of [0, 1] as const) {
    // Roots differ, so that a test sees which of the two was chosen.
    writeMeta(file.subarray(slot * pageSize), {
      slot,
      pageSize,
      root: 2 + slot,
      highWater: 4,
      txid: txids[slot],
    });
  }
  return file;
}

function withoutMeta(file: Uint8Array, pageStart: number): Uint8Array {
  const broken = new Uint8Array(file);
  broken[pageStart + META_AT + 40]! ^= 1;
  return broken;
}

describe.each([1024, 4096, 8192, 16384, 32768, 65536])('readMeta with pages of %i bytes', (pageSize) => {
  it('chooses the meta page of the later transaction', () => {
    expect(readMeta(twoMetas(pageSize, [4n, 5n]))).toMatchObject({
      slot: 1,
      root: 3,
      txid: 5n,
      otherSound: true,
    });
    expect(readMeta(twoMetas(pageSize, [6n, 5n]))).toMatchObject({
      slot: 0,
      root: 2,
      txid: 6n,
      otherSound: true,
    });
  });

  it('takes the other meta page when one is broken, and says so', () => {
    const file = twoMetas(pageSize, [4n, 5n]);
    expect(readMeta(withoutMeta(file, pageSize))).toMatchObject({ slot: 0, pageSize, otherSound: false });
    expect(readMeta(withoutMeta(file, 0))).toMatchObject({ slot: 1, pageSize, otherSound: false });
  });

  it('refuses a file whose meta pages are both broken', () => {
    const file = withoutMeta(withoutMeta(twoMetas(pageSize, [4n, 5n]), 0), pageSize);
    expect(codeThrownBy(() => readMeta(file))).toBe('bbolt.meta');
  });

  it('does not judge by the first meta page alone', () => {
    const file = twoMetas(pageSize, [4n, 5n]);
    expect(codeThrownBy(() => readMeta(file.subarray(0, pageSize + META_AT + 63)))).toBe('bbolt.truncated');
    expect(readMeta(file.subarray(0, pageSize + META_AT + 64)).slot).toBe(1);
  });
});

describe('readMeta', () => {
  it('reads what bbolt wrote', () => {
    expect(readMeta(writtenByBbolt('plain'))).toMatchObject({
      pageSize: 4096,
      freelist: undefined,
      otherSound: true,
    });
    expect(readMeta(writtenByBbolt('freelist'))).toMatchObject({ pageSize: 1024, otherSound: true });
    expect(readMeta(writtenByBbolt('freelist')).freelist).toBeGreaterThan(1);
  });

  it('notices every flipped bit of a meta page', () => {
    const sound = twoMetas(1024, [6n, 5n]);
    for (let bit = 0; bit < 64 * 8; bit++) {
      const file = new Uint8Array(sound);
      file[META_AT + (bit >> 3)]! ^= 1 << (bit & 7);
      expect(readMeta(file)).toMatchObject({ slot: 1, otherSound: false });
    }
  });

  it('does not take an old meta page of another page size for the second one', () => {
    const file = withoutMeta(twoMetas(4096, [4n, 5n]), 0);
    writeMeta(file.subarray(1024), { slot: 1, pageSize: 16384, root: 2, highWater: 9, txid: 99n });
    expect(readMeta(file)).toMatchObject({ pageSize: 4096, txid: 5n });
  });

  it('does not take a second meta page that speaks of another page size', () => {
    const file = twoMetas(4096, [4n, 5n]);
    writeMeta(file.subarray(4096), { slot: 1, pageSize: 8192, root: 2, highWater: 9, txid: 99n });
    expect(readMeta(file)).toMatchObject({ pageSize: 4096, txid: 4n, otherSound: false });
  });

  it('tells a file that is not of bbolt from one of another version', () => {
    expect(codeThrownBy(() => readMeta(new Uint8Array(META_AREA_BYTES).fill(7)))).toBe('bbolt.not-bbolt');
    const newer = twoMetas(4096, [0n, 1n]);
    newer[META_AT + 4] = 3;
    newer[4096 + META_AT + 4] = 3;
    expect(codeThrownBy(() => readMeta(newer))).toBe('bbolt.version');
    expect(codeThrownBy(() => readMeta(new Uint8Array(0)))).toBe('bbolt.truncated');
  });

  it.each([0, 1, 4, 2 ** 40])('refuses a root on page %i of 4', (root) => {
    const file = twoMetas(4096, [0n, 1n]);
    writeMeta(file, { slot: 0, pageSize: 4096, root, highWater: 4, txid: 2n });
    expect(codeThrownBy(() => readMeta(file))).toBe('bbolt.meta');
  });

  it('refuses more pages than any file has', () => {
    const file = twoMetas(4096, [0n, 1n]);
    writeMeta(file, { slot: 0, pageSize: 4096, root: 2, highWater: 2 ** 52, txid: 2n });
    expect(codeThrownBy(() => readMeta(file))).toBe('bbolt.meta');
  });

  it.each([0, 512, 3000, 131072])('refuses a page size of %i bytes', (pageSize) => {
    const file = twoMetas(4096, [0n, 1n]);
    writeMeta(file, { slot: 0, pageSize, root: 2, highWater: 4, txid: 2n });
    expect(codeThrownBy(() => readMeta(file))).toBe('bbolt.page-size');
  });
});
