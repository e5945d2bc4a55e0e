import { hash } from 'node:crypto';
import fc from 'fast-check';
import { BoltError } from '@etcd-kloset/bbolt';
import { crc32c } from '@etcd-kloset/mvcc';
import {
  bboltFile,
  etcdFile,
  OTHER_BUCKETS,
  rowOf,
  walked,
  writePageHeader,
  type Row,
  type Write,
} from '../spec-support/etcd-file.ts';
import { rowsOf, scan, Scratch } from '../spec-support/scanned-file.ts';
import { type Analysis, type DecodedFile } from './analysis.ts';

const KIB = 1024;
const LEAF = 2;

let scratch: Scratch;
beforeAll(() => (scratch = new Scratch()));
afterEach(() => scratch.closeFiles());
afterAll(() => scratch.remove());

/** The same numbers at each run. */
function numbers(): () => number {
  let state = 7;
  return () => (state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0) / 2 ** 32;
}

/** Writes with values of up to `most` bytes, some of them deletions, some in one transaction. */
function writesOf(count: number, most: number): Write[] {
  const next = numbers();
  let main = 1;
  let sub = 0;
  return Array.from({ length: count }, (_, i): Write => {
    if (next() < 0.2 && i > 0) sub++;
    else [main, sub] = [main + 1 + Math.floor(next() * 3), 0];
    const key = `/registry/pods/default/web-${Math.floor(next() * 40)}`;
    const size = Math.floor(next() ** 3 * most);
    return {
      main,
      sub,
      key,
      value: next() < 0.1 ? undefined : Buffer.alloc(size, i),
      lease: next() < 0.2 ? 77n : 0n,
    };
  });
}

function decoded(analysis: Analysis): DecodedFile {
  if (!analysis.decoded) throw new Error(analysis.reason);
  return analysis;
}

/** Holds what a scan found against a plain walk of the same bytes. */
function expectAsWalked(analysis: Analysis, file: Uint8Array): void {
  const found = decoded(analysis);
  const buckets = walked(file);
  const key = buckets.find(({ name }) => name === 'key')!;
  const rows = rowsOf(found, file);
  expect(rows.length).toBe(key.rows.length);
  const differs = rows.findIndex(({ bytes }, i) => !bytes.equals(Buffer.concat(key.rows[i]!)));
  expect(differs).toBe(-1);
  expect(
    found.others.map(({ name, sequence, rows: all }) => [
      Buffer.from(name).toString('latin1'),
      sequence,
      all.map(({ key: k, value }) => [Buffer.from(k), Buffer.from(value)]),
    ]),
  ).toEqual(
    buckets
      .filter(({ name }) => name !== 'key')
      .map(({ name, sequence, rows: all }) => [name, sequence, all]),
  );
  const sizeOf = (all: readonly Row[]): number => all.reduce((sum, [k, v]) => sum + k.length + v.length, 0);
  expect(found.buckets).toEqual(
    buckets.map(({ name, sequence, rows: all }) => ({
      name,
      sequence,
      rows: all.length,
      bytes: sizeOf(all),
    })),
  );
  const hashed = buckets.flatMap(({ name, rows: all }) => [Buffer.from(name, 'latin1'), ...all.flat()]);
  expect(found.statusHash).toBe(crc32c(Buffer.concat(hashed)));
}

describe.each([4, 16, 64])('a database with pages of %d KiB', (pageKib) => {
  const pageSize = pageKib * KIB;
  const first = 2 * 64 * KIB;
  // Long rows make leaves that go on for many pages, over the edges of the slices.
  const writes: Write[] = [
    ...writesOf(500, 9 * KIB),
    { main: 100_000, key: 'long', value: Buffer.alloc(700 * KIB, 'l') },
  ];
  const file = etcdFile([...writes, { main: 100_001, key: 'long', value: undefined }], pageSize);

  it('gives the rows that a plain walk gives, with what is to be remembered of each', () => {
    const revisions: number[] = [];
    const { analysis, sha256, size, trailer } = scan(scratch, file, undefined, {
      onRevision: (r) => revisions.push(r),
    });
    expectAsWalked(analysis, file);
    expect([sha256, size, trailer]).toEqual([hash('sha256', file), file.length, undefined]);
    expect(decoded(analysis)).toMatchObject({
      pageSize,
      revision: 100_001,
      compactRevision: 5,
      storageVersion: '3.6.0',
    });
    expect(revisions).toEqual([100_001]);
    const rows = rowsOf(decoded(analysis), file);
    writes.forEach(({ main, sub = 0, value }, i) => {
      expect([rows[i]!.main, rows[i]!.sub, rows[i]!.tombstone]).toEqual([main, sub, value === undefined]);
    });
    const byKey = Map.groupBy(writes, ({ key }) => key);
    const hashes = Map.groupBy(rows, ({ keyHash }) => keyHash);
    expect(hashes.size).toBe(byKey.size);
    expect([...hashes.values()].map((all) => all.length).sort()).toEqual(
      [...byKey].map(([key, all]) => all.length + (key === 'long' ? 1 : 0)).sort(),
    );
  });

  it('gives the same however it is sliced', () => {
    const whole = rowsOf(decoded(scan(scratch, file).analysis), file);
    const slices = fc.array(fc.integer({ min: 1, max: 12 }), { minLength: 1, maxLength: 5 });
    fc.assert(
      fc.property(slices, (sizes) => {
        // The first slice holds both meta pages.
        const { analysis, sha256 } = scan(scratch, file, [first, ...sizes.map((n) => n * 64 * KIB)]);
        const rows = rowsOf(decoded(analysis), file);
        expect(rows.length).toBe(whole.length);
        expect(rows.findIndex(({ bytes }, i) => !bytes.equals(whole[i]!.bytes))).toBe(-1);
        expect(sha256).toBe(hash('sha256', file));
      }),
      { numRuns: 12 },
    );
  });

  it('is known by its trailer, which is no part of it', () => {
    const sha256 = hash('sha256', file);
    const stream = Buffer.concat([file, Buffer.from(sha256, 'hex')]);
    for (const slices of [[1024 * KIB], [first, 64 * KIB]]) {
      const result = scan(scratch, stream, slices, { trailer: true });
      expect(result).toMatchObject({ sha256, trailer: sha256, size: file.length });
      expectAsWalked(result.analysis, file);
    }
  });
});

describe('the trailer of a stream', () => {
  // The scan makes no sense of so few bytes, but knows their digest.
  it.each([
    [0, false],
    [1, false],
    [31, false],
    [32, true],
    [33, true],
    [63, true],
    [64, true],
    [100_000, true],
  ])('of %d bytes is there: %p', (length, there) => {
    const bytes = Buffer.from(Array.from({ length }, (_, i) => i % 251));
    const result = scan(scratch, bytes, [64 * KIB], { trailer: true });
    const body = there ? bytes.subarray(0, -32) : bytes;
    expect(result).toMatchObject({
      trailer: there ? bytes.subarray(-32).toString('hex') : undefined,
      size: body.length,
      sha256: hash('sha256', body),
      analysis: { decoded: false, reason: expect.stringMatching(/./) as string },
    });
    const without = scan(scratch, bytes, [64 * KIB], { trailer: false });
    expect(without).toMatchObject({ trailer: undefined, size: length, sha256: hash('sha256', bytes) });
  });

  it('is found when slices end anywhere in it', () => {
    const bytes = Buffer.from(Array.from({ length: 200 }, (_, i) => i));
    for (const slices of [[1], [7], [31], [32], [33], [168, 5, 27], [170, 30], [199, 1]]) {
      expect(scan(scratch, bytes, slices, { trailer: true })).toMatchObject({
        trailer: bytes.subarray(-32).toString('hex'),
        sha256: hash('sha256', bytes.subarray(0, -32)),
        size: 168,
      });
    }
  });
});

describe('pages that are no part of the tree', () => {
  const pageSize = 4 * KIB;
  /** Room for stale pages: the bucket `alarm` had many rows and has none now, on the last of its pages. */
  function withRoom(writes: readonly Write[]): { file: Buffer; from: number; to: number } {
    const filler = Array.from({ length: 300 }, (_, i): Row => [
      Buffer.from(`alarm-${1000 + i}`),
      Buffer.alloc(900, 'a'),
    ]);
    const file = bboltFile({ ...OTHER_BUCKETS, alarm: filler, key: writes.map(rowOf) }, pageSize);
    // The top leaf has one bucket entry for each name; alarm's comes first.
    const pos = file.readUInt32LE(2 * pageSize + 16 + 4);
    const entry = 2 * pageSize + 16 + pos + 'alarm'.length;
    const root = Number(file.readBigUInt64LE(entry));
    writePageHeader(file, root, pageSize, { flags: LEAF, count: 0, overflow: 0 });
    file.fill(0, 3 * pageSize, root * pageSize);
    return { file, from: 3, to: root };
  }
  const live = writesOf(300, 9 * KIB);

  it('leave room in the file that this tests with', () => {
    const { file, from, to } = withRoom(live);
    expect(to - from).toBeGreaterThan(50);
    expectAsWalked(scan(scratch, file).analysis, file);
  });

  /** A sound leaf of etcd's rows, to be put where it says that it is. */
  function staleLeaf(id: number, writes: readonly Write[]): Buffer {
    const rows = writes.map(rowOf);
    const size = 16 + rows.reduce((sum, [key, value]) => sum + 16 + key.length + value.length, 0);
    const pages = Math.ceil(size / pageSize);
    const leaf = Buffer.alloc(pages * pageSize);
    let at = 16 + rows.length * 16;
    rows.forEach(([key, value], i) => {
      const element = 16 + i * 16;
      leaf.writeUInt32LE(at - element, element + 4);
      leaf.writeUInt32LE(key.length, element + 8);
      leaf.writeUInt32LE(value.length, element + 12);
      leaf.set(key, at);
      leaf.set(value, at + key.length);
      at += key.length + value.length;
    });
    writePageHeader(leaf, 0, pageSize, { id, flags: LEAF, count: rows.length, overflow: pages - 1 });
    return leaf;
  }

  it('are passed over, whatever they hold: old leaves, long ones, leaves whose pages were used again, noise', () => {
    const next = numbers();
    const stale = fc.record({
      at: fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
      what: fc.constantFrom('leaf', 'long', 'beyond', 'noise', 'branch', 'stranger'),
    });
    fc.assert(
      fc.property(fc.array(stale, { minLength: 1, maxLength: 12 }), fc.boolean(), (all, small) => {
        const { file, from, to } = withRoom(live);
        for (const { at, what } of all) {
          const page = from + Math.floor(at * (to - from));
          const room = file.subarray(page * pageSize, to * pageSize);
          const main = 1 + Math.floor(next() * 500);
          const old = (size: number): Write[] => [{ main, key: 'old', value: Buffer.alloc(size, 'o') }];
          if (what === 'leaf')
            staleLeaf(page, [...old(10), { main: main + 1, key: 'old', value: undefined }]).copy(room);
          // Its last pages may be overwritten by a later turn, or be cut off by what is in use.
          else if (what === 'long') staleLeaf(page, old(7 * pageSize)).copy(room);
          else if (what === 'beyond')
            writePageHeader(file, page, pageSize, { flags: LEAF, count: 1, overflow: 400 });
          else if (what === 'branch')
            writePageHeader(file, page, pageSize, { flags: 1, count: 3, overflow: 1 });
          else if (what === 'stranger') staleLeaf(page + 1, old(10)).copy(room);
          else for (let i = 0; i < pageSize; i++) room[i] = Math.floor(next() * 256);
        }
        const { analysis } = scan(scratch, file, small ? [2 * 64 * KIB, 64 * KIB] : undefined);
        expectAsWalked(analysis, file);
      }),
      { numRuns: 40 },
    );
  });

  it('that a long stale leaf claims are scanned as what they are: leaves in use', () => {
    const { file, to } = withRoom(live);
    // It ends in the midst of the bucket `key`, whose leaves have headers of their own.
    writePageHeader(file, to - 1, pageSize, { flags: LEAF, count: 1, overflow: 40 });
    expectAsWalked(scan(scratch, file).analysis, file);
  });
});

describe('a long leaf whose value looks like pages', () => {
  it('is read all the same', () => {
    const pageSize = 4 * KIB;
    const plain = etcdFile([{ main: 2, key: 'k', value: Buffer.alloc(10 * pageSize, 'v') }], pageSize);
    const first = plain.indexOf('vvvv');
    const firstPage = Math.ceil(first / pageSize);
    // A user may put anything: headers of leaves and of branches with the ids that are due there.
    const value = Buffer.alloc(10 * pageSize, 'v');
    for (let page = firstPage; page < firstPage + 8; page++) {
      const at = page * pageSize - first;
      value.writeBigUInt64LE(BigInt(page), at);
      value.writeUInt16LE(page % 2 === 0 ? LEAF : 1, at + 8);
      value.writeUInt16LE(page % 3, at + 10);
      value.writeUInt32LE(page % 4, at + 12);
    }
    const file = etcdFile([{ main: 2, key: 'k', value }], pageSize);
    expect(file.length).toBe(plain.length);
    expectAsWalked(scan(scratch, file).analysis, file);
  });
});

describe('rows that are not quite as etcd writes them', () => {
  const analysisOf = (rows: readonly Row[], others = OTHER_BUCKETS): { analysis: Analysis; file: Buffer } => {
    const file = bboltFile({ ...others, key: rows });
    return { file, analysis: scan(scratch, file).analysis };
  };
  const sound = rowOf({ main: 7, key: 'a', value: 'b' });

  it('are kept when they are a revision and a message, in whatever form', () => {
    const odd: Row = [
      rowOf({ main: 8, key: 'a', value: 'b' })[0],
      Buffer.of(0x20, 1, 0x0a, 1, 0x61, 0x38, 5),
    ];
    const empty: Row = [rowOf({ main: 9, key: 'a', value: 'b' })[0], Buffer.alloc(0)];
    const { analysis, file } = analysisOf([sound, odd, empty]);
    expectAsWalked(analysis, file);
    const [first, second, third] = rowsOf(decoded(analysis), file);
    expect(second!.keyHash).toBe(first!.keyHash);
    expect(third!.keyHash).not.toBe(first!.keyHash);
  });

  const largest = Buffer.from(sound[0]);
  largest.writeBigUInt64BE(2n ** 53n);
  const longSub = Buffer.from(sound[0]);
  longSub.writeBigUInt64BE(2n ** 32n, 9);
  const dead = rowOf({ main: 7, key: 'a', value: undefined });
  it.each<[string, Row[]]>([
    ['a key that is no revision', [[Buffer.from('key'), sound[1]]]],
    ['a value that is no message', [[sound[0], Buffer.of(0x0b)]]],
    ['a revision past 2^53', [sound, [largest, sound[1]]]],
    ['a sub revision past 2^32', [[longSub, sound[1]]]],
    ['a put and a tombstone of one revision', [sound, dead]],
  ])('make the file one that is kept as it is: %s', (_, rows) => {
    const { analysis } = analysisOf(rows);
    expect(analysis).toMatchObject({
      decoded: false,
      pageSize: 4096,
      reason: expect.stringMatching(/\w/) as string,
    });
  });

  it('are none in a bucket without rows', () => {
    const { analysis, file } = analysisOf([]);
    expectAsWalked(analysis, file);
    expect(decoded(analysis)).toMatchObject({ revision: 5, compactRevision: 5, kubernetes: undefined });
  });

  it('are not looked for in a file without the bucket', () => {
    const file = bboltFile(OTHER_BUCKETS);
    expect(scan(scratch, file).analysis).toMatchObject({
      decoded: false,
      reason: expect.stringContaining('"key"') as string,
    });
  });
});

describe('the meta bucket', () => {
  const withMeta = (...meta: Row[]): Analysis => {
    const sorted = meta.toSorted(([a], [b]) => Buffer.compare(a, b));
    return scan(
      scratch,
      bboltFile({ ...OTHER_BUCKETS, meta: sorted, key: [rowOf({ main: 7, key: 'a', value: '' })] }),
    ).analysis;
  };
  const revision = (main: number) => rowOf({ main, key: '', value: '' })[0];
  const finished = Buffer.from('finishedCompactRev');
  const scheduled = Buffer.from('scheduledCompactRev');

  it('tells how far was compacted, by what was scheduled too, and the revision may be no row’s', () => {
    expect(withMeta()).toMatchObject({ revision: 7, compactRevision: 0, storageVersion: undefined });
    expect(withMeta([finished, revision(3)])).toMatchObject({ revision: 7, compactRevision: 3 });
    expect(withMeta([finished, revision(3)], [scheduled, revision(6)])).toMatchObject({ compactRevision: 6 });
    expect(withMeta([finished, revision(12)], [scheduled, revision(6)])).toMatchObject({
      revision: 12,
      compactRevision: 12,
    });
  });

  it('with a revision past 2^53 makes the file one that is kept as it is', () => {
    const beyond = Buffer.from(revision(1));
    beyond.writeBigUInt64BE(2n ** 60n);
    for (const name of [finished, scheduled]) {
      expect(withMeta([name, beyond])).toMatchObject({
        decoded: false,
        reason: expect.stringContaining('2^53') as string,
      });
    }
  });
});

describe('buckets besides the rows', () => {
  it('that nobody knows are kept, those in the pages of others too', () => {
    const file = etcdFile(writesOf(20, 100), 4096, {
      ...OTHER_BUCKETS,
      zzz: [[Buffer.from('k'), Buffer.alloc(20_000, 'z')]],
      'k\xff': [],
    });
    expectAsWalked(scan(scratch, file).analysis, file);
  });

  it('that hold too much together make the file one that is kept as it is', () => {
    const half = Array.from({ length: 33 }, (_, i): Row => [Buffer.of(i), Buffer.alloc(1024 * KIB)]);
    const file = bboltFile({ ...OTHER_BUCKETS, other: half, yet: half, key: [] });
    const reason = expect.stringContaining('64 MiB') as string;
    expect(scan(scratch, file).analysis).toMatchObject({ decoded: false, reason });
    expect(scan(scratch, bboltFile({ other: half, key: [] })).analysis.decoded).toBe(true);
  });
});

describe('a file that was damaged', () => {
  const file = etcdFile(writesOf(120, 9 * KIB));

  /** Whatever the damage: what a plain walk refuses is not decoded, and what is decoded is what a walk gives. */
  function expectHonest(damaged: Buffer): boolean {
    const { analysis } = scan(scratch, damaged, [2 * 64 * KIB, 64 * KIB]);
    scratch.closeFiles();
    if (!analysis.decoded) {
      expect(analysis.reason).toMatch(/\w/);
      return false;
    }
    expectAsWalked(analysis, damaged);
    return true;
  }

  it('by flipped bits is not decoded, or is what a plain walk finds in it', () => {
    const flips = fc.array(
      fc.oneof(
        fc.nat({ max: file.length * 8 - 1 }),
        // Where pages begin: headers and elements.
        fc
          .tuple(fc.nat({ max: file.length / 4096 - 1 }), fc.nat({ max: 64 * 8 }))
          .map(([page, bit]) => page * 32_768 + bit),
      ),
      { minLength: 1, maxLength: 4 },
    );
    const counts = { true: 0, false: 0 };
    fc.assert(
      fc.property(flips, (bits) => {
        const damaged = Buffer.from(file);
        for (const bit of bits) damaged[bit >> 3]! ^= 1 << (bit & 7);
        counts[`${expectHonest(damaged)}`]++;
      }),
      { numRuns: 120 },
    );
    expect(counts.true).toBeGreaterThan(10);
    expect(counts.false).toBeGreaterThan(10);
  });

  it('by its end missing is not decoded, wherever it ends', () => {
    for (let length = 0; length < file.length; length += 7919) {
      expect(expectHonest(file.subarray(0, length))).toBe(false);
    }
    expect(expectHonest(Buffer.concat([file, Buffer.alloc(50_000, 1)]))).toBe(true);
  });

  it('beyond recognition is not decoded', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 500 }), (noise) => {
        expect(expectHonest(Buffer.from(noise))).toBe(false);
        const page = Buffer.from(file);
        page.set(noise, 4096 * 2);
        expectHonest(page);
      }),
      { numRuns: 30 },
    );
  });

  describe('where its leaves streamed by as sound ones', () => {
    const ordered = etcdFile(
      Array.from({ length: 300 }, (_, i) => ({ main: 10 + 10 * i, key: 'k', value: 'v'.repeat(90) })),
    );
    /** The branch over the leaves of `key`, and where the main revision of each of its keys stands. */
    const branch = Array.from({ length: ordered.length / 4096 }, (_, page) => page * 4096).find(
      (at) => at > 4096 && ordered.readUInt16LE(at + 8) === 1,
    )!;
    const keyAt = (i: number): number => branch + 16 + i * 16 + ordered.readUInt32LE(branch + 16 + i * 16);
    const leafAt = (i: number): number => Number(ordered.readBigUInt64LE(branch + 16 + i * 16 + 8)) * 4096;

    it.each<[string, string, (file: Buffer) => unknown]>([
      [
        'bbolt.key-order',
        'a first row that is below what its branch says',
        (file) => file.writeBigUInt64BE(file.readBigUInt64BE(keyAt(2)) + 1n, keyAt(2)),
      ],
      [
        'bbolt.key-order',
        'a last row that its branch has on the next leaf',
        (file) => file.writeBigUInt64BE(file.readBigUInt64BE(keyAt(2)) - 11n, keyAt(2)),
      ],
      ['bbolt.nested-bucket', 'a row that is a bucket', (file) => file.writeUInt32LE(1, leafAt(1) + 16)],
      [
        'bbolt.page-twice',
        'a leaf in two places',
        (file) => file.copy(file, branch + 16 + 16 + 8, branch + 16 + 8, branch + 16 + 16),
      ],
    ])('is not decoded all the same: %s for %s', (code, _, change) => {
      const damaged = Buffer.from(ordered);
      change(damaged);
      expect(() => walked(damaged)).toThrow(expect.objectContaining({ code }) as Error);
      const reason = expect.stringContaining(code) as string;
      expect(scan(scratch, damaged).analysis).toMatchObject({ decoded: false, reason });
    });
  });

  it('in its tree may lead to errors alone: a plain walk says the same', () => {
    const pages = file.length / 4096;
    let refused = 0;
    for (let page = 2; page < pages; page++) {
      const damaged = Buffer.from(file);
      damaged.fill(0, page * 4096, (page + 1) * 4096);
      let walks = true;
      try {
        walked(damaged);
      } catch (error) {
        if (!(error instanceof BoltError)) throw error;
        walks = false;
      }
      const sound = expectHonest(damaged);
      if (!walks) expect(sound).toBe(false);
      if (!sound) refused++;
    }
    expect(refused).toBeGreaterThan(pages / 4);
  });
});
