import fc from 'fast-check';

import { readPageHeader } from '../format/page-header.ts';
import { readMeta } from '../format/meta.ts';
import { BoltFile } from '../read/bolt-file.ts';
import { memorySource } from '../read/byte-source.ts';
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

/** What bbolt expects of every page of a tree; the reader does not ask for all of it. */
function expectSoundPages(file: Uint8Array): void {
  const { pageSize, highWater } = readMeta(file);
  expect(file).toHaveLength(highWater * pageSize);
  for (let id = 2; id < highWater;) {
    const header = readPageHeader(file, id * pageSize);
    expect(header.id).toBe(id);
    expect([LEAF, BRANCH]).toContain(header.flags);
    if (header.flags === BRANCH) expect(header.count).toBeGreaterThanOrEqual(2);
    id += 1 + header.overflow;
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
    // The second file goes through buffers that the first one has filled: unused bytes must not show it.
    const zeros = model.map((bucket) => ({
      ...bucket,
      rows: bucket.rows.map(([name, bytes]) => [name, new Uint8Array(bytes.length)] as const),
    }));
    const file = writePlanned(plan, zeros);
    const names = new Set(zeros.flatMap(({ rows: list }) => list.map(([name]) => hex(name))));
    const [a] = BoltFile.open(memorySource(file)).buckets();
    for (const { page } of a!.leaves()) {
      const end = page!.valueEnd(page!.count - 1);
      expect(page!.bytes.subarray(end).every((byte) => byte === 0)).toBe(true);
      expect(names.has(hex(page!.key(0)))).toBe(true);
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
