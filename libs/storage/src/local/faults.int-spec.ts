import { jest } from '@jest/globals';
import { spawnSync } from 'node:child_process';
import { chmod, chown, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { namesOf } from '../conformance/check.ts';
import { openStorage } from '../open-storage.ts';
import { describeIf, missingCommand, missingMount } from './testing/can-run.ts';
import { type Answer, runOperations } from './testing/run-operations.ts';
import { leftBehind, temporaryRoot } from './testing/temporary-root.ts';

// Many flushes, or processes of their own: minutes on a busy machine.
jest.setTimeout(120_000);

const kibibyte = 1024;

describeIf(missingMount(), 'on a file system in memory', () => {
  let folder = '';
  const mount = (...options: readonly string[]): void => {
    expect(spawnSync('mount', [...options, folder]).status).toBe(0);
  };
  beforeEach(async () => (folder = await mkdtemp(path.join(tmpdir(), 'kloset-mount-'))));
  afterEach(async () => {
    spawnSync('umount', [folder]);
    await rm(folder, { recursive: true });
  });

  it('a full disk is told, leaves nothing behind, harms nothing, and can be used again', async () => {
    mount('-t', 'tmpfs', '-o', 'size=1m', 'tmpfs');
    const storage = await openStorage(folder);
    const bytes = Buffer.alloc(100 * kibibyte, 'x');
    const stored: string[] = [];
    let failure: unknown;
    while (failure === undefined) {
      const name = `chunks/${stored.length}`;
      try {
        await storage.put(name, bytes);
        stored.push(name);
      } catch (error) {
        failure = error;
      }
    }
    expect(failure).toMatchObject({ code: 'storage.full', retryable: false });
    expect(stored.length).toBeGreaterThan(5);

    // Several at once, none of which fits.
    const more = await Promise.allSettled([1, 2, 3, 4].map((at) => storage.put(`more/${at}`, bytes)));
    for (const result of more) {
      expect(result).toMatchObject({ status: 'rejected', reason: { code: 'storage.full' } });
    }
    expect(await leftBehind(folder)).toEqual([]);
    expect(await namesOf(storage, '')).toEqual(stored);
    for (const name of stored) expect((await storage.get(name)).equals(bytes)).toBe(true);

    expect(await storage.put(stored[0]!, bytes)).toBe('exists');
    await storage.delete(stored[0]!);
    expect(await storage.put('chunks/again', bytes)).toBe('created');
  });

  it('a disk without room for another file is told', async () => {
    mount('-t', 'tmpfs', '-o', 'nr_inodes=20', 'tmpfs');
    const storage = await openStorage(folder);
    const puts = await Promise.allSettled(
      Array.from({ length: 40 }, (_, at) => storage.put(`a/${at}`, Buffer.from('x'))),
    );
    const failed = puts.filter((put) => put.status === 'rejected');
    expect(failed.length).toBeGreaterThan(20);
    for (const { reason } of failed) expect(reason).toMatchObject({ code: 'storage.full' });
    expect(await leftBehind(folder)).toEqual([]);
    expect((await namesOf(storage, 'a/')).length).toBe(40 - failed.length);
  });

  it('a store on a read-only file system can be read, and says why it cannot be written', async () => {
    mount('-t', 'tmpfs', '-o', 'size=1m', 'tmpfs');
    const before = await openStorage(folder);
    await before.put('a/object', Buffer.from('x'));
    mount('-o', 'remount,ro');

    const storage = await openStorage(folder);
    expect((await storage.get('a/object')).toString()).toBe('x');
    expect(await namesOf(storage, '')).toEqual(['a/object']);
    const readOnly = { code: 'storage.read-only', retryable: false };
    await expect(storage.put('a/other', Buffer.from('x'))).rejects.toMatchObject(readOnly);
    await expect(storage.delete('a/object')).rejects.toMatchObject(readOnly);
    await expect(storage.now()).rejects.toMatchObject(readOnly);
    await expect(openStorage(path.join(folder, 'new'), { create: true })).rejects.toMatchObject(readOnly);
    mount('-o', 'remount,rw');
    expect(await storage.put('a/other', Buffer.from('x'))).toBe('created');
  });

  it('a store that is unmounted while it is open is gone, and the disk below it stays clean', async () => {
    mount('-t', 'tmpfs', '-o', 'size=1m', 'tmpfs');
    const storage = await openStorage(folder);
    await storage.put('a/object', Buffer.from('x'));
    expect(spawnSync('umount', [folder]).status).toBe(0);
    const missing = { code: 'storage.missing' };
    await expect(storage.put('a/object', Buffer.from('x'))).rejects.toMatchObject(missing);
    await expect(storage.put('b/other', Buffer.from('x'))).rejects.toMatchObject(missing);
    await expect(storage.get('a/object')).rejects.toMatchObject(missing);
    await expect(namesOf(storage, '')).rejects.toMatchObject(missing);
    expect(await namesOf(await openStorage(folder), '')).toEqual([]);
    expect(await leftBehind(folder)).toEqual([]);
  });

  it('a part of the store on another file system is told', async () => {
    mount('-t', 'tmpfs', '-o', 'size=1m', 'tmpfs');
    const root = await mkdtemp(path.join(tmpdir(), 'kloset-split-'));
    try {
      await mkdir(path.join(root, 'chunks'));
      expect(spawnSync('mount', ['--bind', folder, path.join(root, 'chunks')]).status).toBe(0);
      const storage = await openStorage(root);
      await expect(storage.put('chunks/a', Buffer.from('x'))).rejects.toMatchObject({
        code: 'storage.io',
        context: { system: 'EXDEV' },
      });
      expect(await leftBehind(root)).toEqual([]);
    } finally {
      spawnSync('umount', [path.join(root, 'chunks')]);
      await rm(root, { recursive: true });
    }
  });
});

describeIf(missingCommand('prlimit', '--version'), 'a limited process', () => {
  const root = temporaryRoot();

  it('says that an object is too large for its limit on files, and leaves nothing behind', async () => {
    const operations = ['put:small:1000', 'put:large:3000000', 'stat:large', 'put:small-too:1000', 'list'];
    const { answers } = await runOperations(root.path, operations, ['prlimit', '--fsize=1000000']);
    expect(answers).toMatchObject([
      { result: 'created' },
      { code: 'storage.too-large', retryable: false },
      { result: 'none' },
      { result: 'created' },
      { result: ['small', 'small-too'] },
    ]);
    expect(await leftBehind(root.path)).toEqual([]);
  });

  it('gets by with few open files, however much is asked at once', async () => {
    const { answers } = await runOperations(root.path, ['crowd:500'], ['prlimit', '--nofile=64']);
    expect(answers).toEqual([{ result: 500 }]);
  });
});

describe('without permission', () => {
  const root = temporaryRoot();
  const isRoot = process.getuid?.() === 0;
  const nobody = 65534;
  /** Another user's process, or our own where we are nobody special. */
  const asOther = isRoot ? [`--as-user=${nobody}`] : [];
  const denied = { code: 'storage.denied', retryable: false };

  /** Runs operations on a store with an object, whose folders have this mode meanwhile. */
  async function runWithMode(mode: number, operations: readonly string[]): Promise<readonly Answer[]> {
    const storage = await openStorage(root.path);
    await storage.put('a/object', Buffer.from('x'));
    const folders = ['', 'a', '.tmp'].map((name) => path.join(root.path, name));
    try {
      for (const folder of folders.toReversed()) await chmod(folder, mode);
      return (await runOperations(root.path, [...asOther, ...operations])).answers;
    } finally {
      for (const folder of folders) await chmod(folder, 0o700);
    }
  }

  it('to write, everything can be read, and a put says what is missing', async () => {
    const operations = ['get:a/object', 'list', 'put:a/new:10', 'put:a/object:10', 'delete:a/object', 'now'];
    expect(await runWithMode(0o555, operations)).toMatchObject([
      { result: 1 },
      { result: ['a/object'] },
      { ...denied, message: expect.stringContaining('put a/new') as unknown },
      { result: 'exists' },
      denied,
      denied,
    ]);
  });

  it('to enter the folder, opening says so', async () => {
    expect(await runWithMode(0o000, ['open'])).toMatchObject([denied]);
  });

  describeIf(isRoot ? undefined : 'a second user needs root', 'as a second user', () => {
    it('to touch what others stored, one can still add', async () => {
      const operations = [
        'put:a/new:10',
        'put:b/new:10',
        'put:a/object:5',
        'delete:a/object',
        'delete:a/new',
        'list',
      ];
      // In a sticky folder everybody may add, and nobody may take away what is another's.
      expect(await runWithMode(0o1777, operations)).toMatchObject([
        { result: 'created' },
        { result: 'created' },
        { result: 'exists' },
        denied,
        { result: 'deleted' },
        { result: ['a/object', 'b/new'] },
      ]);
      expect(await leftBehind(root.path)).toEqual([]);
    });

    it('to read what lies above the store, one can use it', async () => {
      const above = path.join(root.path, 'above');
      await mkdir(path.join(above, 'mine'), { recursive: true });
      await chmod(root.path, 0o711);
      await chmod(above, 0o711);
      await chown(path.join(above, 'mine'), nobody, nobody);
      const { answers } = await runOperations(path.join(above, 'mine'), [...asOther, 'put:a/b:10', 'list']);
      expect(answers).toMatchObject([{ result: 'created' }, { result: ['a/b'] }]);
    });
  });
});
