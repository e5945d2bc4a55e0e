import {
  branch,
  bucketEntry,
  bucketValue,
  CRAFTED_PAGE_BYTES,
  craftFile,
  inlinePage,
  leaf,
} from '../spec-support/craft-file.ts';
import { readFile } from '../spec-support/read-file.ts';
import { codeThrownBy } from '../spec-support/thrown-by.ts';
import { bucketOf, writeFile } from '../spec-support/write-file.ts';
import { BoltFile } from './bolt-file.ts';
import { memorySource, type ByteSource } from './byte-source.ts';
import { requireBounds } from './walk-leaves.ts';

const top = leaf([bucketEntry('bucket', 3)]);
const keys = (...names: string[]): ReturnType<typeof leaf> => leaf(names.map((key) => ({ key })));

function keysOf(file: Uint8Array): string[] {
  return readFile(file)[0]!.rows.map(([key]) => Buffer.from(key).toString());
}

describe('a walk over leaves', () => {
  it('goes through branches in key order', () => {
    const file = craftFile([
      top,
      branch([
        ['a', 6],
        ['m', 4],
      ]),
      branch([
        ['m', 7],
        ['x', 5],
      ]),
      keys('x', 'y'),
      keys('a', 'l'),
      keys('n'),
    ]);
    expect(keysOf(file)).toEqual(['a', 'l', 'n', 'x', 'y']);
    const [bucket] = BoltFile.open(memorySource(file)).buckets();
    const leaves = Array.from(bucket!.leaves(), ({ id, lowerBound, upperBound }) => [
      id,
      Buffer.from(lowerBound!).toString(),
      upperBound && Buffer.from(upperBound).toString(),
    ]);
    expect(leaves).toEqual([
      [6, 'a', 'm'],
      [7, 'm', 'x'],
      [5, 'x', undefined],
    ]);
  });

  it('passes over leaves without rows', () => {
    expect(
      keysOf(
        craftFile([
          top,
          branch([
            ['a', 4],
            ['b', 5],
          ]),
          leaf([]),
          keys('b'),
        ]),
      ),
    ).toEqual(['b']);
  });

  it.each([
    ['a branch that is its own child', [top, branch([['a', 3]])], 'bbolt.page-twice'],
    ['a cycle of branches', [top, branch([['a', 4]]), branch([['a', 3]])], 'bbolt.page-twice'],
    ['a branch that leads back to the tree of buckets', [top, branch([['a', 2]])], 'bbolt.page-twice'],
    [
      'a leaf that is there twice',
      [
        top,
        branch([
          ['a', 4],
          ['b', 4],
        ]),
        leaf([]),
      ],
      'bbolt.page-twice',
    ],
    [
      'a leaf in the overflow of another',
      [
        top,
        branch([
          ['a', 5],
          ['b', 4],
        ]),
        leaf([{ key: 'b', value: new Uint8Array(980) }], { overflow: 1 }),
        keys('a'),
      ],
      'bbolt.page-twice',
    ],
    [
      'two buckets with the same page',
      [leaf([bucketEntry('a', 3), bucketEntry('b', 3)]), keys('a')],
      'bbolt.page-twice',
    ],
    ['a child on a meta page', [top, branch([['a', 1]])], 'bbolt.page-id'],
    ['a child at the high water mark', [top, branch([['a', 4]])], 'bbolt.page-id'],
    ['a child beyond 2^53', [top, branch([['a', 2n ** 53n + 4n]])], 'bbolt.page-id'],
    ['a child with the highest id', [top, branch([['a', 2n ** 64n - 1n]])], 'bbolt.page-id'],
    ['a leaf that overflows past the last page', [top, leaf([], { overflow: 0xffff_ffff })], 'bbolt.page-id'],
    ['a page of zeros', [top, undefined], 'bbolt.page-header'],
    ['a page that gives itself another id', [top, leaf([], { saysId: 4 })], 'bbolt.page-header'],
    ['a freelist page in the tree', [top, leaf([], { flags: 0x10 })], 'bbolt.page-type'],
    ['a meta page in the tree', [top, leaf([], { flags: 4 })], 'bbolt.page-type'],
    ['unknown flags', [top, leaf([], { flags: 0x8002 })], 'bbolt.page-type'],
    ['a branch without children', [top, branch([])], 'bbolt.page-count'],
    ['a branch with more children than fit', [top, branch([], { count: 64 })], 'bbolt.page-count'],
    ['a branch with an empty key', [top, branch([['', 4]]), keys('a')], 'bbolt.element'],
    [
      'a branch that lacks a child',
      [
        top,
        branch(
          [
            ['a', 4],
            ['b', 5],
          ],
          { count: 1 },
        ),
        keys('a'),
        keys('b'),
      ],
      'bbolt.element',
    ],
    [
      'branch keys that do not ascend',
      [
        top,
        branch([
          ['b', 4],
          ['b', 5],
        ]),
        leaf([]),
        leaf([]),
      ],
      'bbolt.key-order',
    ],
    [
      'a branch below its lower bound',
      [top, branch([['b', 4]]), branch([['a', 5]]), leaf([])],
      'bbolt.key-order',
    ],
    [
      'a branch that goes on past its upper bound',
      [
        top,
        branch([
          ['a', 4],
          ['c', 5],
        ]),
        branch([
          ['a', 6],
          ['c', 7],
        ]),
        leaf([]),
        leaf([]),
        leaf([]),
      ],
      'bbolt.key-order',
    ],
    ['a leaf below its lower bound', [top, branch([['b', 4]]), keys('a')], 'bbolt.key-order'],
    [
      'a leaf that goes on past its upper bound',
      [
        top,
        branch([
          ['a', 4],
          ['b', 5],
        ]),
        keys('a', 'b'),
        keys('c'),
      ],
      'bbolt.key-order',
    ],
    [
      'a leaf past the upper bound of a branch above',
      [
        top,
        branch([
          ['a', 4],
          ['c', 5],
        ]),
        branch([['a', 6]]),
        keys('c'),
        keys('a', 'd'),
      ],
      'bbolt.key-order',
    ],
    [
      'branches of more pages than any has',
      [top, branch([['a', 4]], { overflow: 1100 }), ...new Array<undefined>(1200)],
      'bbolt.page-overflow',
    ],
    ['a plain row among the buckets', [leaf([{ key: 'a' }])], 'bbolt.bucket'],
    ['an entry too short for a bucket', [leaf([bucketEntry('a', 0, new Uint8Array(15))])], 'bbolt.bucket'],
    [
      'an entry too long for a bucket that has pages',
      [leaf([bucketEntry('a', 3, bucketValue(3, new Uint8Array(1)))]), keys('a')],
      'bbolt.bucket',
    ],
    ['an inline bucket without its page', [leaf([bucketEntry('a', 0)])], 'bbolt.truncated'],
    [
      'an inline bucket with a branch',
      [leaf([bucketEntry('a', 0, bucketValue(0, inlinePage([{ key: 'a' }], { flags: 1 })))])],
      'bbolt.page-type',
    ],
    [
      'an inline bucket with a bucket',
      [leaf([bucketEntry('a', 0, bucketValue(0, inlinePage([{ key: 'a', flags: 1 }])))])],
      'bbolt.nested-bucket',
    ],
  ])('refuses %s', (_, pages, code) => {
    expect(codeThrownBy(() => readFile(craftFile(pages)))).toBe(code);
  });

  it('refuses an inline bucket longer than a page', () => {
    const inline = bucketValue(0, inlinePage([{ key: 'a', value: new Uint8Array(900) }]));
    const long = Buffer.concat([inline, Buffer.alloc(CRAFTED_PAGE_BYTES)]);
    const file = craftFile([leaf([{ key: 'b', value: long, flags: 1 }], { overflow: 1 }), undefined]);
    expect(codeThrownBy(() => readFile(file))).toBe('bbolt.bucket');
  });

  it('refuses a tree that is deeper than any', () => {
    const chain = (depth: number): Uint8Array =>
      craftFile([top, ...Array.from({ length: depth }, (_, i) => branch([['a', i + 4]])), keys('a')]);
    expect(keysOf(chain(56))).toEqual(['a']);
    expect(codeThrownBy(() => readFile(chain(57)))).toBe('bbolt.depth');
  });

  it('needs no page of the file but those of the tree', () => {
    const file = craftFile([top, keys('a'), undefined, undefined], { highWater: 1000 });
    expect(keysOf(file.subarray(0, 4 * CRAFTED_PAGE_BYTES + 7))).toEqual(['a']);
    expect(codeThrownBy(() => readFile(file.subarray(0, 4 * CRAFTED_PAGE_BYTES - 1)))).toBe(
      'bbolt.truncated',
    );
    const beyond = craftFile([top, branch([['a', 999]])], { highWater: 1000 });
    expect(codeThrownBy(() => readFile(beyond))).toBe('bbolt.truncated');
  });
});

describe('a walk over leaves that are known', () => {
  const model = [bucketOf('a', 300, (row) => (row % 40 === 0 ? 3000 : 200)), bucketOf('b', 3, () => 10)];
  const file = writeFile(1024, model);

  function recorded(bytes: Uint8Array): { source: ByteSource; pages: Set<number> } {
    const pages = new Set<number>();
    const inner = memorySource(bytes);
    const read = (position: number, length: number): Uint8Array => {
      pages.add(position / 1024);
      return inner.read(position, length);
    };
    return { source: { size: bytes.length, read }, pages };
  }

  it('gives the same leaves, and reads none of them', () => {
    const known = new Map<number, number>();
    const all = Array.from(BoltFile.open(memorySource(file)).buckets(), (bucket) =>
      Array.from(bucket.leaves(), ({ id, overflow, position, lowerBound, upperBound }) => {
        known.set(id, overflow);
        return { id, overflow, position, lowerBound, upperBound };
      }),
    );
    expect(known.size).toBeGreaterThan(20);
    const { source, pages } = recorded(file);
    const again = Array.from(BoltFile.open(source).buckets(), (bucket) =>
      Array.from(bucket.leaves((id) => known.get(id))),
    );
    expect(again.flat().map((leaf_) => ({ ...leaf_ }))).toEqual(
      all.flat().map((leaf_) => ({ ...leaf_, page: undefined })),
    );
    for (const id of known.keys()) expect(pages.has(id)).toBe(false);
  });

  it('still reads those that are not known', () => {
    const [bucket] = BoltFile.open(memorySource(file)).buckets();
    const asked: number[] = [];
    const leaves = Array.from(
      bucket!.leaves((id) => {
        asked.push(id);
        return undefined;
      }),
    );
    expect(leaves.every(({ page }) => page !== undefined)).toBe(true);
    expect(asked.length).toBeGreaterThan(leaves.length);
  });

  it.each([
    [
      'used twice',
      [
        top,
        branch([
          ['a', 4],
          ['b', 4],
        ]),
        leaf([]),
      ],
      0,
      'bbolt.page-twice',
    ],
    [
      'overlapping by their overflow',
      [
        top,
        branch([
          ['a', 4],
          ['b', 5],
        ]),
        leaf([]),
        leaf([]),
        undefined,
      ],
      1,
      'bbolt.page-twice',
    ],
    ['outside the pages in use', [top, branch([['a', 5]]), leaf([])], 0, 'bbolt.page-id'],
    ['overflowing past the last page', [top, branch([['a', 4]]), leaf([])], 1, 'bbolt.page-id'],
  ])('refuses leaves %s', (_, pages, overflow, code) => {
    const [bucket] = BoltFile.open(memorySource(craftFile(pages))).buckets();
    const walk = (): unknown => Array.from(bucket!.leaves((id) => (id > 3 ? overflow : undefined)));
    expect(codeThrownBy(walk)).toBe(code);
  });

  it('takes a root that is known for the only leaf', () => {
    const [bucket] = BoltFile.open(memorySource(craftFile([top, keys('a')]))).buckets();
    expect(Array.from(bucket!.leaves(() => 0))).toEqual([
      {
        id: 3,
        overflow: 0,
        position: 3 * CRAFTED_PAGE_BYTES,
        lowerBound: undefined,
        upperBound: undefined,
        page: undefined,
      },
    ]);
  });
});

describe('requireBounds', () => {
  const key = (name: string): Uint8Array => new TextEncoder().encode(name);

  it('takes the lower bound in and leaves the upper bound out', () => {
    expect(codeThrownBy(() => requireBounds(3, key('b'), key('c'), key('b'), key('d')))).toBeUndefined();
    expect(codeThrownBy(() => requireBounds(3, key('a'), key('c'), key('b'), key('d')))).toBe(
      'bbolt.key-order',
    );
    expect(codeThrownBy(() => requireBounds(3, key('b'), key('d'), key('b'), key('d')))).toBe(
      'bbolt.key-order',
    );
    expect(codeThrownBy(() => requireBounds(3, key('a'), key('z'), undefined, undefined))).toBeUndefined();
  });
});
