import { BoltFile, memorySource } from '@etcd-kloset/bbolt';
import { rowHasher } from '@etcd-kloset/kloset';
import { LOCATION, MAIN, RowLog } from '@etcd-kloset/mvcc';
import { etcdFile, writePageHeader, type Write } from '../spec-support/etcd-file.ts';
import { ID_KEY } from '../spec-support/scanned-file.ts';
import { PageScanner } from './page-scanner.ts';
import { RowDigester } from './row-digester.ts';

const KIB = 1024;

function scanned(
  file: Uint8Array,
  slices: readonly number[] = [1024 * KIB],
): { scanner: PageScanner; log: RowLog } {
  const log = new RowLog({
    openSpill: () => {
      throw new Error('so few rows need no spill file');
    },
  });
  const scanner = new PageScanner(new RowDigester(rowHasher(ID_KEY)), log);
  for (let at = 0, turn = 0; at < file.length; turn++) {
    const slab = Buffer.from(file.subarray(at, at + slices[turn % slices.length]!));
    scanner.push(slab, at);
    at += slab.length;
    slab.fill(0xdd);
  }
  return { scanner, log };
}

/** The leaves of the bucket `key`. */
function leavesOf(file: Uint8Array): { id: number; overflow: number; firstMain: number; rows: number }[] {
  for (const bucket of BoltFile.open(memorySource(file)).buckets()) {
    if (Buffer.from(bucket.name).toString() !== 'key') continue;
    return Array.from(bucket.leaves(), ({ id, overflow, page }) => ({
      id,
      overflow,
      firstMain: Number(Buffer.from(page!.key(0)).readBigUInt64BE()),
      rows: page!.count,
    }));
  }
  throw new Error('the file has no bucket "key"');
}

const writes = (count: number, size: (i: number) => number): Write[] =>
  Array.from({ length: count }, (_, i) => ({
    main: 2 + i,
    key: `key-${i}`,
    value: Buffer.alloc(size(i), 'v'),
  }));
const mixed = writes(400, (i) => (i % 9 === 0 ? 30_000 : i % 60 === 1 ? 300_000 : 200));

describe.each([4, 16, 64])('leaves that stream by, of pages of %d KiB,', (pageKib) => {
  const pageSize = pageKib * KIB;
  const file = etcdFile(mixed, pageSize);
  const leaves = leavesOf(file);

  it.each([
    ['in slices of 1 MiB', [1024 * KIB]],
    ['in small slices', [128 * KIB, 64 * KIB]],
    ['in one slice', [file.length]],
  ])('%s are all known afterwards, long ones too', (_, slices) => {
    expect(leaves.some(({ overflow }) => overflow * pageSize > 200_000)).toBe(true);
    const { scanner, log } = scanned(file, slices);
    for (const { id, overflow, firstMain, rows } of leaves) {
      const known = scanner.leaf(id);
      expect([id, known?.overflow, known?.rows]).toEqual([id, overflow, rows]);
      const { f64 } = log.read(known!.firstRow, 1);
      expect(f64[MAIN]).toBe(firstMain);
      expect(Math.floor(f64[LOCATION]! / pageSize)).toBeGreaterThanOrEqual(id);
    }
    expect(log.count).toBe(mixed.length);
  });
});

describe('pages that stream by', () => {
  const pageSize = 4 * KIB;
  const file = etcdFile(mixed, pageSize);
  const leaves = leavesOf(file);

  it('are unknown when they are no leaves of rows: metas, the tree of buckets, other buckets', () => {
    const { scanner } = scanned(file);
    const known = new Set(
      leaves.flatMap(({ id, overflow }) => Array.from({ length: overflow + 1 }, (_, i) => id + i)),
    );
    for (let page = 0; page < file.length / pageSize; page++)
      if (!known.has(page)) expect(scanner.leaf(page)).toBeUndefined();
    expect(scanner.leaf(10_000_000)).toBeUndefined();
  });

  it('are unknown when the file ends inside of them, or they are not where they say', () => {
    const long = leaves.find(({ overflow }) => overflow > 2)!;
    const cut = file.subarray(0, (long.id + long.overflow) * pageSize);
    expect(scanned(cut).scanner.leaf(long.id)).toBeUndefined();
    expect(scanned(cut.subarray(0, -100)).scanner.leaf(long.id)).toBeUndefined();
    const [first] = leaves;
    const moved = Buffer.from(file);
    const { rows: count, overflow } = first!;
    writePageHeader(moved, first!.id, pageSize, { id: 7777, flags: 2, count, overflow });
    expect(scanned(moved).scanner.leaf(first!.id)).toBeUndefined();
    expect(scanned(moved).scanner.leaf(7777)).toBeUndefined();
  });

  it('are known though a stale leaf before them claims them', () => {
    // A leaf becomes a stale one that goes on over the leaves behind it.
    const [stale, ...behind] = leaves.slice(3);
    for (const overflow of [1, 5, 300]) {
      for (const slices of [[1024 * KIB], [128 * KIB, 64 * KIB]]) {
        const altered = Buffer.from(file);
        writePageHeader(altered, stale!.id, pageSize, { flags: 2, count: stale!.rows, overflow });
        const { scanner } = scanned(altered, slices);
        expect(scanner.leaf(stale!.id)).toBeUndefined();
        for (const { id, rows } of behind) expect(scanner.leaf(id)?.rows).toBe(rows);
      }
    }
  });

  it('are forgotten as a whole when one long leaf is in the place of another', () => {
    // A long leaf whose pages were used again by a leaf that is shorter: what is left of it is nobody's.
    const long = leaves.find(({ overflow }) => overflow > 5)!;
    const altered = Buffer.from(file);
    writePageHeader(altered, long.id + 2, pageSize, { flags: 2, count: 0, overflow: 0 });
    const { scanner, log } = scanned(altered);
    expect(scanner.leaf(long.id)).toBeUndefined();
    expect(scanner.leaf(long.id + 2)).toBeUndefined();
    expect(log.count).toBe(mixed.length - long.rows);
  });

  it('are known when what a user put looks like pages of other places', () => {
    const plain = etcdFile([{ main: 2, key: 'k', value: Buffer.alloc(10 * pageSize, 'v') }]);
    const first = plain.indexOf('vvvv');
    const value = Buffer.alloc(10 * pageSize, 'v');
    for (let at = Math.ceil(first / pageSize) * pageSize - first; at < value.length - 16; at += pageSize) {
      value.writeBigUInt64LE(99n, at);
      value.writeUInt16LE(2, at + 8);
      value.writeUInt32LE(0, at + 12);
    }
    const lookalike = etcdFile([{ main: 2, key: 'k', value }]);
    const [leaf] = leavesOf(lookalike);
    expect(scanned(lookalike).scanner.leaf(leaf!.id)).toMatchObject({ rows: 1, overflow: leaf!.overflow });
  });

  it('are left to the walk when they are too long to be held, and what comes after is known', () => {
    const huge = etcdFile([
      { main: 2, key: 'a', value: Buffer.alloc(10, 'a') },
      { main: 3, key: 'b', value: Buffer.alloc(33 * 1024 * KIB, 'b') },
      ...Array.from({ length: 50 }, (_, i): Write => ({
        main: 4 + i,
        key: 'c',
        value: Buffer.alloc(900, 'c'),
      })),
    ]);
    const { scanner } = scanned(huge);
    for (const { id, overflow, rows } of leavesOf(huge)) {
      if (overflow > 1000) expect(scanner.leaf(id)).toBeUndefined();
      else expect(scanner.leaf(id)?.rows).toBe(rows);
    }
  });

  it('are known up to any page id', () => {
    // Past the 65,536 pages that there is room for at first.
    const many = etcdFile(
      writes(300, () => 1000),
      1024,
    );
    const last = leavesOf(many).at(-1)!;
    const far = 200_000;
    const leaf = Buffer.from(many.subarray(last.id * 1024, (last.id + 1 + last.overflow) * 1024));
    writePageHeader(leaf, 0, 1024, { id: far, flags: 2, count: last.rows, overflow: last.overflow });
    const log = new RowLog({ openSpill: () => NaN });
    const scanner = new PageScanner(new RowDigester(rowHasher(ID_KEY)), log);
    scanner.push(many, 0);
    scanner.push(leaf, far * 1024);
    expect(scanner.leaf(far)).toMatchObject({ rows: last.rows, overflow: last.overflow });
    expect(scanner.leaf(last.id)?.rows).toBe(last.rows);
    expect(scanner.leaf(far - 1)).toBeUndefined();
  });

  it('are none in what is no bbolt file', () => {
    const { scanner, log } = scanned(Buffer.alloc(3 * 1024 * KIB, 2));
    expect([scanner.leaf(0), scanner.leaf(5), log.count]).toEqual([undefined, undefined, 0]);
  });
});
