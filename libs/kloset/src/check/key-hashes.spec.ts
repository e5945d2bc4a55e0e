import { readdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { keyHashes } from './key-hashes.ts';

describe('the hashes of the keys of chunks', () => {
  let folder: string;
  beforeEach(async () => (folder = await mkdtemp(path.join(tmpdir(), 'kloset-keys-'))));
  afterEach(() => rm(folder, { recursive: true }));

  it.each([0, 16, 1024])('come back as they were put, with %d bytes of memory for them', async (mostHeld) => {
    const hashes = keyHashes(folder, mostHeld);
    const chunks = [3, 0, 5, 1].map((rows, i) => ({
      chunk: `chunk ${i}`,
      put: Uint32Array.from({ length: rows * 2 }, (_, at) => (i + 1) * 1000 + at),
    }));
    for (const { chunk, put } of chunks) hashes.put(chunk, put);
    for (const { chunk, put } of [...chunks].reverse()) expect(hashes.get(chunk)).toEqual(put);
    expect(hashes.get('another')).toBeUndefined();
    expect(await readdir(folder)).toEqual([]);
    hashes.close();
  });
});
