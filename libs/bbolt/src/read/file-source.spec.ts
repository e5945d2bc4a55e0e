import { closeSync, ftruncateSync, mkdtempSync, openSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

import fc from 'fast-check';

import { BoltError } from '../bolt-error.ts';
import { codeThrownBy } from '../spec-support/thrown-by.ts';
import { memorySource } from './byte-source.ts';
import { fileSource } from './file-source.ts';

const SIZE = 700_001;
const content = Uint8Array.from({ length: SIZE }, (_, i) => (i * 31 + (i >> 8) * 7) & 0xff);

describe('fileSource', () => {
  let folder: string;
  let fd: number;

  beforeAll(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'bbolt-source-'));
    writeFileSync(path.join(folder, 'file'), content);
    fd = openSync(path.join(folder, 'file'), 'r+');
  });

  afterAll(() => {
    closeSync(fd);
    rmSync(folder, { recursive: true });
  });

  it('reads any range at any time, whatever the size of its cache', () => {
    const sizes = fc.record({
      cacheBytes: fc.constantFrom(1, 64 * 1024, 4 * 1024 * 1024),
      readAheadBytes: fc.constantFrom(1, 40_000, 1024 * 1024),
    });
    const ranges = fc.array(
      fc.oneof(
        fc.record({ at: fc.nat({ max: SIZE - 1 }), length: fc.nat({ max: 20_000 }) }),
        fc.record({ at: fc.nat({ max: SIZE - 1 }), length: fc.nat({ max: SIZE }) }),
        // Neighbours, so that reading ahead sets in.
        fc.record({ at: fc.nat({ max: 40 }).map((block) => block * 16_384), length: fc.constant(16_384) }),
      ),
      { minLength: 1, maxLength: 60 },
    );
    fc.assert(
      fc.property(sizes, ranges, (options, reads) => {
        const source = fileSource(fd, SIZE, options);
        for (const { at, length } of reads) {
          const end = Math.min(SIZE, at + length);
          const equal = Buffer.compare(source.read(at, end - at), content.subarray(at, end));
          expect(equal).toBe(0);
        }
      }),
      { numRuns: 200 },
    );
  });

  it('reads a whole file in order', () => {
    const source = fileSource(fd, SIZE);
    for (let at = 0; at < SIZE; at += 4096) {
      const end = Math.min(SIZE, at + 4096);
      expect(Buffer.compare(source.read(at, end - at), content.subarray(at, end))).toBe(0);
    }
  });

  it.each([
    ['file', () => fileSource(fd, SIZE)],
    ['memory', () => memorySource(content)],
  ])('refuses to read past the end of a %s', (_, open) => {
    const source = open();
    expect(source.size).toBe(SIZE);
    expect(source.read(SIZE, 0)).toHaveLength(0);
    expect(codeThrownBy(() => source.read(SIZE - 1, 2))).toBe('bbolt.truncated');
    expect(codeThrownBy(() => source.read(SIZE + 1, 0))).toBe('bbolt.truncated');
    expect(codeThrownBy(() => source.read(-1, 1))).toBe('bbolt.truncated');
  });

  it('says that a file which has shrunk is too short', () => {
    const shrinking = path.join(folder, 'shrinking');
    writeFileSync(shrinking, content);
    const other = openSync(shrinking, 'r+');
    const source = fileSource(other, SIZE);
    ftruncateSync(other, 100_000);
    expect(codeThrownBy(() => source.read(99_000, 2000))).toBe('bbolt.truncated');
    expect(Buffer.compare(source.read(0, 5), content.subarray(0, 5))).toBe(0);
    closeSync(other);
  });

  it('passes on what the operating system says when it cannot read', () => {
    const other = openSync(path.join(folder, 'file'), 'r');
    closeSync(other);
    const source = fileSource(other, SIZE);
    let thrown: unknown;
    try {
      source.read(0, 1);
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toBeInstanceOf(BoltError);
    expect(thrown).toMatchObject({ code: 'bbolt.read', cause: { code: 'EBADF' } });
  });
});
