import { jest } from '@jest/globals';
import { rm } from 'node:fs/promises';
import path from 'node:path';
import { namesOf } from '../conformance/check.ts';
import { isStorageError } from '../storage-error.ts';
import { openLocal } from './open-local.ts';
import { temporaryFolderName } from './place.ts';
import { systemError } from './testing/system-error.ts';
import { leftBehind, temporaryRoot } from './testing/temporary-root.ts';
import { type DiskCall, watchedDisk } from './testing/watched-disk.ts';

// Many flushes, or processes of their own: minutes on a busy machine.
jest.setTimeout(120_000);

const name = 'clusters/a/chunks/object';
const bytes = Buffer.alloc(200_000, 'bytes');

/** The calls of one put into a new store, in order. */
async function callsOfPut(root: string): Promise<DiskCall[]> {
  const calls: DiskCall[] = [];
  const storage = await openLocal(
    root,
    {},
    watchedDisk((call) => void calls.push(call)),
  );
  calls.length = 0;
  await storage.put(name, bytes);
  await storage.delete(name);
  return calls.slice(0, calls.lastIndexOf('syncFolder', calls.lastIndexOf('unlink')) + 1);
}

describe('a put that fails', () => {
  const root = temporaryRoot();

  it('works through the calls that the other tests break off', async () => {
    const calls = await callsOfPut(root.path);
    for (const call of [
      'create',
      'write',
      'chmod',
      'sync',
      'close',
      'makeFolder',
      'link',
      'unlink',
      'syncFolder',
    ]) {
      expect(calls).toContain(call);
    }
  });

  /** Breaks a put at its `at`-th call, in a store of its own; false when it has no such call. */
  async function breakAt(at: number, code: string, forGood: boolean): Promise<boolean> {
    const folder = path.join(root.path, `${code}-${forGood}-${at}`);
    await openLocal(folder, { create: true });
    let count = -1;
    let broken = '';
    const disk = watchedDisk((call) => {
      if (count < 0) return;
      count += 1;
      if (count === at || (forGood && count > at)) {
        broken ||= call;
        throw systemError(code, call);
      }
    });
    const storage = await openLocal(folder, {}, disk);
    count = 0;
    const outcome = await storage.put(name, bytes).catch((error: unknown) => error);
    count = -1;

    if (broken === '') {
      expect(outcome).toBe('created');
      return false;
    }
    // Only what comes after the name was given may fail with the object in place, and then it is whole.
    if (outcome !== 'created') expect([broken, isStorageError(outcome)]).toEqual([broken, true]);
    const reader = await openLocal(folder, {});
    const visible = await namesOf(reader, '');
    if (visible.length > 0) {
      expect(visible).toEqual([name]);
      expect((await reader.get(name)).equals(bytes)).toBe(true);
    }
    if (!forGood && broken !== 'unlink') {
      expect([broken, await leftBehind(folder)]).toEqual([broken, []]);
    }

    expect(await storage.put(name, bytes)).toBe(visible.length > 0 ? 'exists' : 'created');
    expect((await reader.get(name)).equals(bytes)).toBe(true);
    return true;
  }

  it.each(['ENOSPC', 'EIO', 'EDQUOT', 'ESTALE', 'EROFS'])(
    'at any call with %s leaves the whole object or nothing, no litter, and can be called again',
    async (code) => {
      let at = 1;
      while (await breakAt(at, code, false)) at += 1;
      expect(at).toBeGreaterThan(15);
    },
  );

  it('because the process dies at any call leaves the whole object or nothing for those who live', async () => {
    let at = 1;
    while (await breakAt(at, 'EIO', true)) at += 1;
    expect(at).toBeGreaterThan(15);
  });

  it('for lack of space says so, with advice, and that no retry will help', async () => {
    const full = watchedDisk((call) => {
      if (call === 'write') throw systemError('ENOSPC', 'write');
    });
    const storage = await openLocal(root.path, {}, full);
    await expect(storage.put('a/b', bytes)).rejects.toMatchObject({
      code: 'storage.full',
      retryable: false,
      message: expect.stringMatching(/^Could not put a\/b in file:.*no space/) as unknown,
      advice: expect.stringContaining('space') as unknown,
      context: { system: 'ENOSPC' },
    });
    expect(await namesOf(storage, '')).toEqual([]);
  });

  it('is made whole by another try when a folder is taken away in the middle of it', async () => {
    let removals = 0;
    const disk = watchedDisk(async (call) => {
      if (call !== 'link' || removals > 0) return;
      removals += 1;
      await rm(path.join(root.path, 'clusters'), { recursive: true });
    });
    const storage = await openLocal(root.path, {}, disk);
    expect(await storage.put(name, bytes)).toBe('created');
    expect(removals).toBe(1);
    expect((await storage.get(name)).equals(bytes)).toBe(true);
    expect(await leftBehind(root.path)).toEqual([]);
  });

  it('is made whole by another try when the folder of temporary files is taken away', async () => {
    const storage = await openLocal(root.path, {});
    await storage.put('first', bytes);
    await rm(path.join(root.path, temporaryFolderName), { recursive: true });
    expect(await storage.put('second', bytes)).toBe('created');
  });

  it('takes a name that its own lost link has made for created, not for taken', async () => {
    let lost = false;
    const real = watchedDisk(() => undefined);
    const storage = await openLocal(
      root.path,
      {},
      {
        ...real,
        async link(existing, target) {
          await real.link(existing, target);
          // The server has done it, the answer is lost, and the client asks again.
          lost = true;
          await real.link(existing, target);
        },
      },
    );
    expect(await storage.put(name, bytes)).toBe('created');
    expect(lost).toBe(true);
  });

  it('tells of an object that keeps coming and going, as something to try again', async () => {
    const taken = watchedDisk((call) => {
      if (call === 'link') throw systemError('EEXIST', 'link');
    });
    const storage = await openLocal(root.path, {}, taken);
    await expect(storage.put(name, bytes)).rejects.toMatchObject({ code: 'storage.busy', retryable: true });
    expect(await leftBehind(root.path)).toEqual([]);
  });

  it.each(['EPERM', 'ENOTSUP', 'ENOSYS'])(
    'where there are no hard links (%s) says so, and is refused when the store is made',
    async (code) => {
      const disk = watchedDisk((call) => {
        if (call === 'link') throw systemError(code, 'link');
      });
      const storage = await openLocal(root.path, {}, disk);
      await expect(storage.put(name, bytes)).rejects.toMatchObject({
        code: 'storage.no-hard-links',
        retryable: false,
        advice: expect.stringContaining('Reading') as unknown,
      });
      expect(await namesOf(storage, '')).toEqual([]);
      expect(await leftBehind(root.path)).toEqual([]);

      const fresh = path.join(root.path, 'fresh');
      await expect(openLocal(fresh, { create: true }, disk)).rejects.toMatchObject({
        code: 'storage.no-hard-links',
      });
      await expect(openLocal(fresh, {})).rejects.toMatchObject({ code: 'storage.missing' });
    },
  );

  it('is told of where no folder can be made, as in /proc', async () => {
    const disk = watchedDisk((call, folder) => {
      if (call === 'makeFolder' && folder.endsWith('fresh')) throw systemError('ENOENT', 'mkdir');
    });
    const opening = openLocal(path.join(root.path, 'fresh'), { create: true }, disk);
    await expect(opening).rejects.toMatchObject({
      code: 'storage.missing',
      message: expect.stringContaining('cannot be made') as unknown,
      advice: expect.stringContaining('that you can write to') as unknown,
    });
  });

  it('is none where the file system knows no modes', async () => {
    const disk = watchedDisk((call) => {
      if (call === 'chmod') throw systemError('ENOTSUP', 'fchmod');
    });
    const storage = await openLocal(root.path, {}, disk);
    expect(await storage.put(name, bytes)).toBe('created');
  });

  it('is none where folders cannot be flushed, but the storage does not promise durability then', async () => {
    const disk = watchedDisk((call) => {
      if (call === 'syncFolder') throw systemError('EINVAL', 'fsync');
    });
    const storage = await openLocal(root.path, {}, disk);
    expect(storage.capabilities.durableFolders).toBe(false);
    expect(await storage.put(name, bytes)).toBe('created');
    await storage.delete(name);
  });
});
