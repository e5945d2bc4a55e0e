import { closeSync, mkdtempSync, openSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { linesOf, readFile } from '../spec-support/read-file.ts';
import { codeThrownBy } from '../spec-support/thrown-by.ts';
import { bucketOf, writeFile } from '../spec-support/write-file.ts';
import { writtenByBbolt } from '../spec-support/written-by-bbolt.ts';
import { BoltFile } from './bolt-file.ts';
import { memorySource } from './byte-source.ts';
import { fileSource } from './file-source.ts';

const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString();

function textRows(file: Uint8Array, name: string): string[] {
  const bucket = readFile(file).find((candidate) => text(candidate.name) === name)!;
  return bucket.rows.map(([key, value]) => `${text(key)}=${text(value)}`);
}

describe.each(['plain', 'freelist'] as const)('a file that bbolt wrote (%s)', (name) => {
  const file = writtenByBbolt(name);

  it('has its buckets in the order of their names, each with its sequence', () => {
    const buckets = Array.from(BoltFile.open(memorySource(file)).buckets(), (bucket) => [
      text(bucket.name),
      bucket.sequence,
      bucket.inline,
    ]);
    expect(buckets).toEqual([
      ['empty', 0n, true],
      ['inline', 7n, true],
      ['long', 0n, false],
      ['tree', 2n ** 60n, false],
    ]);
  });

  it('has the rows that were put and not deleted', () => {
    const left = Array.from({ length: 300 }, (_, i) => `row-${String(i).padStart(4, '0')}=value-${i}`);
    expect(textRows(file, 'tree')).toEqual(left.filter((_, i) => i % 3 !== 0));
    expect(textRows(file, 'inline')).toEqual(['a=1', 'b=']);
    expect(textRows(file, 'empty')).toEqual([]);
    expect(textRows(file, 'long')).toEqual([`k=${'Z'.repeat(10_000)}`]);
  });

  it('tells where the bytes of each leaf stand in the file, inside another page too', () => {
    for (const bucket of BoltFile.open(memorySource(file)).buckets()) {
      for (const { position, page } of bucket.leaves()) {
        const { bytes } = page!;
        expect(Buffer.compare(file.subarray(position, position + bytes.length), bytes)).toBe(0);
      }
    }
  });
});

describe('BoltFile', () => {
  it('says that a bucket holds a bucket', () => {
    const [outer] = BoltFile.open(memorySource(writtenByBbolt('nested'))).buckets();
    expect(codeThrownBy(() => Array.from(outer!.rows()))).toBe('bbolt.nested-bucket');
    expect(codeThrownBy(() => Array.from(outer!.leaves()))).toBe('bbolt.nested-bucket');
  });

  it('reads a file that goes on after its last page, and not one that ends before it', () => {
    const buckets = [bucketOf('a', 50, () => 300)];
    const file = writeFile(4096, buckets);
    for (const length of [1, 32, 12_345]) {
      const longer = Buffer.concat([file, Buffer.alloc(length, 1)]);
      expect(linesOf(readFile(longer))).toEqual(linesOf(buckets));
    }
    expect(codeThrownBy(() => readFile(file.subarray(0, -1)))).toBe('bbolt.truncated');
  });

  it('reads a file that has lost pages which nothing needs', () => {
    const file = writtenByBbolt('plain');
    const { highWater, pageSize } = BoltFile.open(memorySource(file)).meta;
    const shorter = file.subarray(0, highWater * pageSize);
    expect(linesOf(readFile(shorter))).toEqual(linesOf(readFile(file)));
  });

  it('gives the same rows each time, and buckets that stay usable', () => {
    const file = BoltFile.open(memorySource(writtenByBbolt('plain')));
    const [, , , tree] = file.buckets();
    const once = Array.from(tree!.rows(), ({ key }) => text(key));
    expect(once).toHaveLength(200);
    expect(Array.from(tree!.rows(), ({ key }) => text(key))).toEqual(once);
    expect(Array.from(file.buckets())).toHaveLength(4);
  });

  it('finds a newer bucket tree only through the newer meta page', () => {
    const file = new Uint8Array(writtenByBbolt('plain'));
    const { slot, pageSize } = BoltFile.open(memorySource(file)).meta;
    // The transaction before the last had all 300 rows, and no page of it has been used again.
    file[slot * pageSize + 20]! ^= 1;
    expect(BoltFile.open(memorySource(file)).meta).toMatchObject({ slot: 1 - slot, otherSound: false });
    expect(textRows(file, 'tree')).toHaveLength(300);
  });
});

describe('iterations of one file', () => {
  let folder: string;
  let fd: number;
  const buckets = [bucketOf('a', 400, (row) => 700 + row), bucketOf('b', 400, (row) => (row % 50) * 900)];
  const bytes = writeFile(4096, buckets);

  beforeAll(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'bbolt-file-'));
    writeFileSync(path.join(folder, 'file'), bytes);
    fd = openSync(path.join(folder, 'file'), 'r');
  });

  afterAll(() => {
    closeSync(fd);
    rmSync(folder, { recursive: true });
  });

  it('do not disturb each other, however small the cache', () => {
    const file = BoltFile.open(fileSource(fd, bytes.length, { cacheBytes: 1, readAheadBytes: 1 }));
    const iterators = Array.from(file.buckets(), (bucket) => bucket.rows()[Symbol.iterator]());
    for (let row = 0; row < 400; row++) {
      iterators.forEach((iterator, b) => {
        const { key, value } = iterator.next().value as { key: Uint8Array; value: Uint8Array };
        const [wantedKey, wantedValue] = buckets[b]!.rows[row]!;
        expect(Buffer.compare(key, wantedKey)).toBe(0);
        expect(Buffer.compare(value, wantedValue)).toBe(0);
      });
    }
    expect(iterators.map((iterator) => iterator.next().done)).toEqual([true, true]);
  });

  it('go through a file on disk as through one in memory', () => {
    expect(linesOf(readFile(fileSource(fd, bytes.length)))).toEqual(linesOf(buckets));
  });
});
