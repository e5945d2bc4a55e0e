import fc from 'fast-check';

import { viewOf } from './format/bytes.ts';
import { readMeta, writeMeta } from './format/meta.ts';
import { BoltFile } from './read/bolt-file.ts';
import { memorySource, type ByteSource } from './read/byte-source.ts';
import { codeThrownBy } from './spec-support/thrown-by.ts';
import { bucketOf, writeFile } from './spec-support/write-file.ts';
import { writtenByBbolt } from './spec-support/written-by-bbolt.ts';

const PAGE = 1024;

/** A tree of several levels, overflow pages, an empty bucket; and a file with inline buckets and free pages. */
const originals = [
  writeFile(PAGE, [
    bucketOf('empty', 0, () => 0),
    bucketOf('mixed', 120, (row) => (row % 30 === 0 ? 3000 : row)),
    bucketOf('tiny', 400, () => 1),
  ]),
  writtenByBbolt('freelist'),
];

type Damage = (file: Uint8Array) => void;

const pages = originals[0]!.length / PAGE;
const pageNumber = fc.nat({ max: pages - 1 });
/** Where page headers and elements are, most of the time. */
const structural = fc.tuple(pageNumber, fc.nat({ max: 200 })).map(([page, at]) => page * PAGE + at);
const anywhere = fc.nat({ max: originals[0]!.length - 1 });
const position = fc.oneof(structural, anywhere);

const flippedBit = fc.tuple(position, fc.nat({ max: 7 })).map(([at, bit]): Damage => (file) => {
  file[at % file.length]! ^= 1 << bit;
});

const telling = fc.constantFrom(
  0,
  1,
  2,
  3,
  15,
  16,
  17,
  0x7f,
  0xff,
  1024,
  0xffff,
  0x7fff_ffff,
  0x8000_0000,
  0xffff_ffff,
);
const stampedWord = fc
  .tuple(structural, fc.oneof(telling, pageNumber))
  .map(([at, word]): Damage => (file) => {
    const aligned = Math.min(at - (at % 4), file.length - 4);
    viewOf(file).setUint32(aligned, word, true);
  });

/** A page in another's place, with the id of its new place or its own. */
const splicedPage = fc
  .tuple(pageNumber, pageNumber, fc.boolean())
  .map(([from, to, renamed]): Damage => (file) => {
    const last = Math.floor(file.length / PAGE) - 1;
    const target = Math.min(to, last);
    file.copyWithin(target * PAGE, Math.min(from, last) * PAGE, (Math.min(from, last) + 1) * PAGE);
    if (renamed) viewOf(file).setUint32(target * PAGE, target, true);
  });

const noise = fc
  .tuple(position, fc.uint8Array({ minLength: 1, maxLength: 64 }))
  .map(([at, bytes]): Damage => (file) => {
    const start = at % file.length;
    file.set(bytes.subarray(0, file.length - start), start);
  });

/** A meta page whose checksum is right: damage that bbolt itself would not notice. */
const falseMeta = fc
  .record({ root: pageNumber, highWater: fc.oneof(pageNumber, telling) })
  .map(({ root, highWater }): Damage => (file) => {
    file.fill(0, 0, 2 * PAGE);
    const pageSize = PAGE;
    for (const slot of [0, 1] as const) {
      writeMeta(file.subarray(slot * PAGE), { slot, pageSize, root, highWater, txid: BigInt(slot) });
    }
  });

const damages = fc.array(
  fc.oneof(
    { weight: 6, arbitrary: flippedBit },
    { weight: 6, arbitrary: stampedWord },
    { weight: 3, arbitrary: splicedPage },
    { weight: 2, arbitrary: noise },
    { weight: 1, arbitrary: falseMeta },
  ),
  { minLength: 1, maxLength: 6 },
);

/** Ends any reading that takes more steps than a file of this length can ask for. */
function bounded(file: Uint8Array): ByteSource {
  const inner = memorySource(file);
  // Two reads for each page of each tree, and every tree has pages of its own; a bucket's entry takes 17 bytes.
  let left = 4 * (file.length / PAGE) + file.length / 17 + 10;
  return {
    size: file.length,
    read(at, length) {
      if (left-- <= 0) throw new Error('This reading does not end.');
      return inner.read(at, length);
    },
  };
}

/** Reads everything, and fails on rows that no sound file has: unordered, or more than there is room for. */
function readToTheEnd(file: Uint8Array): void {
  let rows = 0;
  for (const bucket of BoltFile.open(bounded(file)).buckets()) {
    let previous: Uint8Array | undefined;
    for (const { key } of bucket.rows()) {
      if (previous !== undefined && Buffer.compare(previous, key) >= 0)
        throw new Error('Keys do not ascend.');
      if (++rows > file.length / 17) throw new Error('There are more rows than bytes.');
      previous = new Uint8Array(key);
    }
  }
}

/** Walks all branches, taking each page for a leaf whose header calls it one. */
function walkBranches(file: Uint8Array): void {
  const { highWater } = readMeta(file);
  const view = viewOf(file);
  const known = (id: number): number | undefined => {
    const at = id * PAGE;
    return view.getUint16(at + 8, true) === 2 ? view.getUint32(at + 12, true) : undefined;
  };
  for (const bucket of BoltFile.open(bounded(file)).buckets()) {
    let leaves = 0;
    for (const leaf of bucket.leaves(known)) {
      if (leaf.id >= highWater || ++leaves > file.length / PAGE)
        throw new Error('There are more leaves than pages.');
    }
  }
}

describe('a damaged file', () => {
  it('is read as a sound one while it is not damaged', () => {
    for (const file of originals) {
      expect(codeThrownBy(() => readToTheEnd(file))).toBeUndefined();
      expect(codeThrownBy(() => walkBranches(file))).toBeUndefined();
    }
  });

  it('gives a BoltError or ordered rows, and always comes to an end', () => {
    const seen = new Set<string>();
    fc.assert(
      fc.property(fc.constantFrom(...originals), damages, (original, all) => {
        const file = new Uint8Array(original);
        for (const damage of all) damage(file);
        seen.add(codeThrownBy(() => readToTheEnd(file)) ?? 'rows');
        codeThrownBy(() => walkBranches(file));
      }),
      { numRuns: 4000 },
    );
    // The damage reaches deep: it is not all caught at the door.
    for (const outcome of ['rows', 'bbolt.element', 'bbolt.key-order', 'bbolt.page-id', 'bbolt.page-twice']) {
      expect(seen).toContain(outcome);
    }
  });

  it('gives a BoltError or ordered rows wherever it is cut off', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...originals),
        fc.nat({ max: originals[0]!.length }),
        (original, length) => {
          const file = original.subarray(0, length);
          const code = codeThrownBy(() => readToTheEnd(file));
          if (length < 2 * PAGE) expect(code).toBe('bbolt.truncated');
        },
      ),
      { numRuns: 1000 },
    );
  });

  it('is never taken for a bbolt file when its bytes are random', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 70_000, size: 'max' }), (file) => {
        expect(['bbolt.not-bbolt', 'bbolt.truncated']).toContain(codeThrownBy(() => readToTheEnd(file)));
      }),
      { numRuns: 200 },
    );
  });

  it('gives a BoltError or ordered rows when all but its meta pages is random', () => {
    fc.assert(
      fc.property(
        fc.infiniteStream(fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 })),
        fc.nat({ max: 9 }),
        (words, zeros) => {
          const file = new Uint8Array(originals[0]!);
          const view = viewOf(file);
          for (let at = 2 * PAGE; at < 8 * PAGE; at += 4)
            view.setUint32(at, words.next().value! >>> zeros, true);
          // Page headers that lead on to what follows.
          for (let id = 2; id < 8; id++) {
            view.setUint32(id * PAGE, id, true);
            view.setUint32(id * PAGE + 4, 0, true);
            view.setUint32(id * PAGE + 8, 0x0001_0000 * (1 + (id % 3)) + 1 + (id % 2), true);
            view.setUint32(id * PAGE + 12, 0, true);
          }
          codeThrownBy(() => readToTheEnd(file));
          codeThrownBy(() => walkBranches(file));
        },
      ),
      { numRuns: 500 },
    );
  });
});
