import { rm, mkdtemp, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { measure } from '../bench/measured-run.ts';
import { PROGRAM, runCommand } from './support/command.ts';
import { writeLargeFile, type LargeFile } from './support/large-file.ts';

const MIB = 1024 * 1024;
/** The promise, whatever the size of the database. */
const MOST = 400 * MIB;

describe('memory', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'etcd-kloset-memory-'));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  /** Peak resident memory of storing a file of that shape and of restoring it, in bytes. */
  async function peaks(
    name: string,
    shape: LargeFile,
  ): Promise<{ backup: number; restore: number; size: number }> {
    const [file, store, identity, output] = ['db', 'store', 'identity', 'out'].map((kind) =>
      path.join(folder, `${name}.${kind}`),
    ) as [string, string, string, string];
    writeLargeFile(file, shape);
    expect((await runCommand(['init', store, '--generate-identity', identity])).code).toBe(0);
    const where = ['--store', store, '--identity-file', identity];
    const backup = await measure(process.execPath, [
      PROGRAM,
      'import',
      file,
      ...where,
      '--cluster',
      'c',
      '--quiet',
    ]);
    const restore = await measure(process.execPath, [
      PROGRAM,
      'restore',
      'latest',
      ...where,
      '--output',
      output,
      '--quiet',
    ]);
    const { size } = await stat(file);
    expect((await stat(output)).size).toBeGreaterThan(size * 0.9);
    await Promise.all([file, store, output].map((each) => rm(each, { recursive: true })));
    return { backup: backup.peakRss, restore: restore.peakRss, size };
  }

  it('does not grow with the size of the database', async () => {
    const small = await peaks('small', { rows: 10_000, valueBytes: 4800 });
    const large = await peaks('large', { rows: 110_000, valueBytes: 4800 });
    expect(large.size).toBeGreaterThan(small.size * 10);
    expect(Math.max(large.backup, large.restore)).toBeLessThan(MOST);
    // Ten times the size may cost what is kept for each row and page, and no more.
    expect(large.backup - small.backup).toBeLessThan(120 * MIB);
    expect(large.restore - small.restore).toBeLessThan(120 * MIB);
  });

  it('stays bounded with rows so many that their list spills to a file', async () => {
    const many = await peaks('many', { rows: 1_500_000, valueBytes: 64 });
    expect(Math.max(many.backup, many.restore)).toBeLessThan(MOST);
  });
});
