import fc from 'fast-check';

import { viewOf } from '../format/bytes.ts';
import { readPageHeader } from '../format/page-header.ts';
import { readMeta } from '../format/meta.ts';
import { linesOf, readFile } from '../spec-support/read-file.ts';
import { codeThrownBy } from '../spec-support/thrown-by.ts';
import {
  bucketOf,
  bytesOf,
  planFile,
  writeFile,
  writePlanned,
  type ModelBucket,
} from '../spec-support/write-file.ts';
import { BoltPlanner } from './bolt-plan.ts';
import { BoltWriter } from './bolt-writer.ts';

const PAGE_SIZES = [1024, 4096, 8192, 16384, 65536];
const LEAF = 2;
const BRANCH = 1;

const ascending = <T>(items: readonly T[], bytes: (item: T) => Uint8Array): T[] =>
  items.toSorted((a, b) => Buffer.compare(bytes(a), bytes(b)));

const value = fc
  .oneof(
    { weight: 6, arbitrary: fc.nat({ max: 40 }) },
    { weight: 3, arbitrary: fc.nat({ max: 5000 }) },
    { weight: 1, arbitrary: fc.nat({ max: 120_000 }) },
  )
  .map((length) => new Uint8Array(length).fill(length % 255));

const key = fc.oneof(
  { weight: 8, arbitrary: fc.uint8Array({ minLength: 1, maxLength: 24 }) },
  // Keys so long that a branch page holds two of them at most, or not even those.
  {
    weight: 1,
    arbitrary: fc
      .tuple(fc.uint8Array({ minLength: 1, maxLength: 3 }), fc.nat({ max: 32_765 }))
      .map(([head, tail]) => new Uint8Array(Buffer.concat([head, Buffer.alloc(tail, 1)]))),
  },
);

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

const rows = fc
  .uniqueArray(fc.tuple(key, value), { maxLength: 200, selector: ([name]) => hex(name) })
  .map((list) => ascending(list, ([name]) => name));

const buckets: fc.Arbitrary<ModelBucket[]> = fc
  .uniqueArray(
    fc.record({
      name: fc.uint8Array({ minLength: 1, maxLength: 300 }),
      sequence: fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
      rows,
    }),
    { maxLength: 12, selector: ({ name }) => hex(name) },
  )
  .map((list) => ascending(list, ({ name }) => name));

/**
 * What bbolt expects of every page of a tree, and what makes the file the same each time; the reader does not ask for
 * all of it.
 */
function expectSoundPages(file: Uint8Array): void {
  const { pageSize, highWater } = readMeta(file);
  expect(file).toHaveLength(highWater * pageSize);
  const view = viewOf(file);
  for (let id = 2; id < highWater;) {
    const start = id * pageSize;
    const header = readPageHeader(file, start);
    expect(header.id).toBe(id);
    expect([LEAF, BRANCH]).toContain(header.flags);
    if (header.flags === BRANCH) expect(header.count).toBeGreaterThanOrEqual(2);
    let used = start + 16 + header.count * 16;
    for (let at = start + 16; at < start + 16 + header.count * 16; at += 16) {
      if (header.flags === BRANCH) used += view.getUint32(at + 4, true);
      else used += view.getUint32(at + 8, true) + view.getUint32(at + 12, true);
    }
    id += 1 + header.overflow;
    expect(Buffer.from(file.subarray(used, id * pageSize)).equals(Buffer.alloc(id * pageSize - used))).toBe(
      true,
    );
  }
}

describe('a file that was written', () => {
  it('has the buckets and rows it was given, whatever they are', () => {
    fc.assert(
      fc.property(fc.constantFrom(...PAGE_SIZES), buckets, (pageSize, model) => {
        const file = writeFile(pageSize, model);
        expectSoundPages(file);
        expect(linesOf(readFile(file))).toEqual(linesOf(model));
      }),
      { numRuns: 150 },
    );
  });

  it.each(PAGE_SIZES)('holds very many tiny rows in pages of %i bytes', (pageSize) => {
    const file = writeFile(pageSize, [bucketOf('tinier', 1, () => 0), bucketOf('tiny', 20_000, () => 0)]);
    expectSoundPages(file);
    expect(readFile(file).map(({ rows: list }) => list.length)).toEqual([1, 20_000]);
  });

  it.each(PAGE_SIZES)('holds many buckets in pages of %i bytes, some of them empty', (pageSize) => {
    const model = Array.from({ length: 500 }, (_, i) => ({
      ...bucketOf(`bucket-${String(i).padStart(4, '0')}`, i % 3, () => i),
      sequence: BigInt(i) << 50n,
    }));
    const file = writeFile(pageSize, model);
    expectSoundPages(file);
    expect(linesOf(readFile(file))).toEqual(linesOf(model));
  });

  it.each(PAGE_SIZES)('holds rows of a batch and more in pages of %i bytes', (pageSize) => {
    const lengths = [1, 2 ** 20 - 60, 2 ** 20, 10, 3 * 2 ** 20 + 17, 1, 2 ** 20 - 40 - 9, 70_000];
    const model = [bucketOf('long', lengths.length, (row) => lengths[row]!)];
    const file = writeFile(pageSize, model);
    expectSoundPages(file);
    expect(linesOf(readFile(file))).toEqual(linesOf(model));
  });

  it('has no bucket when none is given', () => {
    const file = writeFile(4096, []);
    expect(file).toHaveLength(3 * 4096);
    expect(readFile(file)).toEqual([]);
  });

  it('begins with two sound meta pages, keeps no freelist, and has the tree of buckets behind them', () => {
    const file = writeFile(4096, [bucketOf('a', 3, () => 5)]);
    const meta = { pageSize: 4096, root: 2, highWater: 4, freelist: undefined, otherSound: true };
    expect(readMeta(file)).toEqual({ ...meta, txid: 1n, slot: 1 });
    const older = new Uint8Array(file);
    older[4096 + 30] = 1;
    expect(readMeta(older)).toEqual({ ...meta, otherSound: false, txid: 0n, slot: 0 });
    expect([0, 1].map((slot) => readPageHeader(file, slot * 4096))).toEqual([
      { id: 0, flags: 4, count: 0, overflow: 0 },
      { id: 1, flags: 4, count: 0, overflow: 0 },
    ]);
  });

  it('depends on nothing but its content', () => {
    const model = [bucketOf('a', 900, (row) => (row * 37) % 6000), bucketOf('b', 2, () => 2_000_000)];
    const plan = planFile(4096, model);
    expect(Buffer.compare(writePlanned(plan, model), writePlanned(plan, model))).toBe(0);
    // Buffers are used again and again: what no row takes must not show what was there before.
    expectSoundPages(writePlanned(plan, model));
  });

  it('has branch pages that do not overflow when keys are short, however many leaves there are', () => {
    for (let leaves = 1; leaves < 130; leaves++) {
      const file = writeFile(1024, [bucketOf('a', leaves, () => 900)]);
      const { highWater } = readMeta(file);
      const headers = Array.from({ length: highWater - 2 }, (_, i) => readPageHeader(file, (i + 2) * 1024));
      expect(headers.filter(({ flags }) => flags === LEAF)).toHaveLength(leaves + 1);
      expect(headers.every(({ overflow }) => overflow === 0)).toBe(true);
      expectSoundPages(file);
    }
  });

  it('leaves little room unused, whatever the length of its rows', () => {
    for (const pageSize of [4096, 8192]) {
      for (const rowBytes of [30, 300, 1500, 2100, 3000, 4100, 6000, 9000]) {
        const model = bucketOf('a', 2000, (row) => rowBytes + ((row * 7919) % 97));
        const used = model.rows.reduce(
          (bytes, [name, bytesOfRow]) => bytes + 16 + name.length + bytesOfRow.length,
          0,
        );
        const { size } = planFile(pageSize, [model]);
        expect(size / used).toBeLessThan(1.25);
      }
    }
  });
});

describe('BoltWriter', () => {
  const model = [bucketOf('a', 3000, () => 1000), bucketOf('b', 1, () => 5_000_000)];
  const plan = planFile(4096, model);

  it('gives the sink exactly the planned bytes, in batches of up to 1 MiB', () => {
    const batches: number[] = [];
    const writer = new BoltWriter(plan, (bytes) => batches.push(bytes.length));
    for (const { name, rows: list } of model) {
      writer.startBucket(name);
      for (const [rowKey, rowValue] of list) writer.row(rowKey, rowValue);
    }
    writer.finish();
    expect(batches.reduce((sum, bytes) => sum + bytes, 0)).toBe(plan.size);
    expect(Math.max(...batches)).toBeLessThanOrEqual(1024 * 1024);
    expect(batches.slice(0, -1).every((bytes) => bytes > 900_000)).toBe(true);
  });

  it('lets the caller use key and value again once a row is written', () => {
    const list = bucketOf('a', 500, () => 100);
    const reused = planFile(1024, [list]);
    const batches: Uint8Array[] = [];
    const writer = new BoltWriter(reused, (bytes) => batches.push(new Uint8Array(bytes)));
    writer.startBucket(list.name);
    // A Buffer, whose `slice` does not copy.
    const [rowKey, rowValue] = [Buffer.alloc(9), Buffer.alloc(100)];
    for (const [from, bytes] of list.rows) {
      rowKey.set(from);
      rowValue.set(bytes);
      writer.row(rowKey, rowValue);
      rowKey.fill(0xee);
      rowValue.fill(0xee);
    }
    writer.finish();
    expect(linesOf(readFile(Buffer.concat(batches)))).toEqual(linesOf([list]));
  });

  it('passes on what the sink throws, and does not call such a file finished', () => {
    let calls = 0;
    const writer = new BoltWriter(plan, () => {
      if (++calls === 2) throw new Error('disk full');
    });
    const failures: string[] = [];
    const attempt = (act: () => void): void => {
      try {
        act();
      } catch (error) {
        failures.push((error as Error).message);
      }
    };
    for (const { name, rows: list } of model) {
      attempt(() => writer.startBucket(name));
      for (const [rowKey, rowValue] of list) attempt(() => writer.row(rowKey, rowValue));
    }
    expect(failures[0]).toBe('disk full');
    expect(codeThrownBy(() => writer.finish())).toBe('bbolt.plan-mismatch');
  });
});

describe('a second pass that is not the planned one', () => {
  const planned = [
    bucketOf('a', 200, (row) => 50 + row),
    bucketOf('b', 5, () => 20),
    bucketOf('c', 0, () => 0),
  ];
  const [a, b, c] = planned as [ModelBucket, ModelBucket, ModelBucket];
  const plan = planFile(1024, planned);
  const resized = (bucket: ModelBucket, row: number, bytes: number): ModelBucket => ({
    ...bucket,
    rows: bucket.rows.map((old, i) => (i === row ? [old[0], new Uint8Array(bytes)] : old)),
  });

  it.each([
    ['lacks a bucket', [a, b]],
    ['lacks the first bucket', [b, c]],
    ['has a bucket more', [...planned, bucketOf('d', 1, () => 1)]],
    ['has another bucket name', [a, { ...b, name: bytesOf('bb') }, c]],
    ['lacks the last row', [{ ...a, rows: a.rows.slice(0, -1) }, b, c]],
    ['lacks the first row', [{ ...a, rows: a.rows.slice(1) }, b, c]],
    ['lacks all rows', [{ ...a, rows: [] }, b, c]],
    ['has a row more', [a, bucketOf('b', 6, () => 20), c]],
    ['has a row where none is planned', [a, b, bucketOf('c', 1, () => 0)]],
    ['has a longer value', [resized(a, 100, 151), b, c]],
    ['has a much longer value', [resized(a, 100, 40_000), b, c]],
    ['has a value longer than a batch', [resized(a, 100, 3_000_000), b, c]],
    ['has a shorter value on a page with room', [a, resized(b, 4, 19), c]],
    ['has two values the other way round', [resized(resized(a, 10, 61), 11, 60), b, c]],
    [
      'has a longer key and a shorter value',
      [
        a,
        {
          ...b,
          rows: b.rows.map(([k, v], i) => (i === 4 ? [bytesOf('row-00004x'), v.subarray(1)] : [k, v])),
        },
        c,
      ],
    ],
    [
      'has a key longer than bbolt allows',
      [a, { ...b, rows: [...b.rows.slice(0, 4), [new Uint8Array(32_769).fill(0xff), new Uint8Array(0)]] }, c],
    ],
  ] satisfies [string, ModelBucket[]][])('is an error when it %s', (_, written) => {
    expect(codeThrownBy(() => writePlanned(plan, written))).toBe('bbolt.plan-mismatch');
  });

  it('is an error long before the end when a leaf gets other rows', () => {
    const large = bucketOf('a', 5000, () => 100);
    const writer = new BoltWriter(planFile(4096, [large]), () => undefined);
    writer.startBucket(large.name);
    let written = 0;
    const write = (): void => {
      for (const [rowKey, rowValue] of large.rows.slice(1)) {
        writer.row(rowKey, written === 0 ? new Uint8Array(900) : rowValue);
        written++;
      }
    };
    expect(codeThrownBy(write)).toBe('bbolt.plan-mismatch');
    expect(written).toBeLessThan(100);
  });

  it('is an error, not one of memory, when a leaf at the end of a batch gets longer rows', () => {
    const filler = Array.from({ length: 30 }, (_, i) => bucketOf('a', 225 + i, () => 4000));
    const many = bucketOf('b', 60, () => 0);
    // The leaf of `b` is the last that fits into the first batch of 256 pages.
    const before = filler.find((bucket) => planFile(4096, [bucket, many]).buckets[1]!.firstPage === 256 - 8)!;
    const longer = { ...many, rows: many.rows.map(([name]) => [name, new Uint8Array(32_000)] as const) };
    const write = (): unknown => writePlanned(planFile(4096, [before, many]), [before, longer]);
    expect(codeThrownBy(write)).toBe('bbolt.plan-mismatch');
  });

  it('is an error whichever size of whichever row differs', () => {
    const rowAndSize = fc.record({ row: fc.nat({ max: 199 }), bytes: fc.nat({ max: 1200 }) });
    fc.assert(
      fc.property(rowAndSize, ({ row, bytes }) => {
        fc.pre(bytes !== a.rows[row]![1].length);
        expect(codeThrownBy(() => writePlanned(plan, [resized(a, row, bytes), b, c]))).toBe(
          'bbolt.plan-mismatch',
        );
      }),
    );
  });
});

describe('order and limits', () => {
  const plan = planFile(4096, [bucketOf('a', 2, () => 1)]);
  const started = (): BoltWriter => {
    const writer = new BoltWriter(plan, () => undefined);
    writer.startBucket(bytesOf('a'));
    writer.row(bytesOf('row-00005'), bytesOf('x'));
    return writer;
  };
  const planner = (): BoltPlanner => new BoltPlanner({ pageSize: 4096 });

  it.each(['row-00004', 'row-00005'])('refuses the key %s after row-00005', (next) => {
    expect(codeThrownBy(() => started().row(bytesOf(next), bytesOf('x')))).toBe('bbolt.write-order');
  });

  it('does not finish a file of which a row was refused', () => {
    const writer = started();
    expect(codeThrownBy(() => writer.row(bytesOf('row-00000'), bytesOf('x')))).toBe('bbolt.write-order');
    expect(codeThrownBy(() => writer.finish())).toBe('bbolt.plan-mismatch');
  });

  it('refuses rows before their bucket', () => {
    const writer = new BoltWriter(plan, () => undefined);
    expect(codeThrownBy(() => writer.row(bytesOf('a'), bytesOf('x')))).toBe('bbolt.write-order');
    expect(codeThrownBy(() => planner().row(1, 1))).toBe('bbolt.write-order');
  });

  it.each(['a', 'b'])('refuses the bucket %s after b', (next) => {
    const planning = planner();
    planning.startBucket(bytesOf('b'), 0n);
    expect(codeThrownBy(() => planning.startBucket(bytesOf(next), 0n))).toBe('bbolt.write-order');
  });

  it('refuses what a bbolt file cannot hold', () => {
    const planning = planner();
    expect(codeThrownBy(() => planning.startBucket(new Uint8Array(0), 0n))).toBe('bbolt.write-limit');
    expect(codeThrownBy(() => planning.startBucket(bytesOf('a'), -1n))).toBe('bbolt.write-limit');
    expect(codeThrownBy(() => planning.startBucket(bytesOf('a'), 2n ** 64n))).toBe('bbolt.write-limit');
    planning.startBucket(bytesOf('a'), 0n);
    expect(codeThrownBy(() => planning.row(0, 1))).toBe('bbolt.write-limit');
    expect(codeThrownBy(() => planning.row(32_769, 1))).toBe('bbolt.write-limit');
    expect(codeThrownBy(() => planning.row(1, 256 * 1024 * 1024))).toBe('bbolt.write-limit');
    expect(codeThrownBy(() => planning.row(32_768, 1))).toBeUndefined();
  });

  it.each([0, 512, 4095, 131_072])('refuses pages of %i bytes', (pageSize) => {
    expect(codeThrownBy(() => new BoltPlanner({ pageSize }))).toBe('bbolt.write-limit');
  });
});
