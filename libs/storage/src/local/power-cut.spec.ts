import { jest } from '@jest/globals';
import path from 'node:path';
import { type Storage } from '../storage.ts';
import { type Disk } from './disk.ts';
import { openLocal } from './open-local.ts';
import { type PowerCutDisk, powerCutDisk } from './testing/power-cut-disk.ts';
import { temporaryRoot } from './testing/temporary-root.ts';
import { watchedDisk } from './testing/watched-disk.ts';

// Many flushes, or processes of their own: minutes on a busy machine.
jest.setTimeout(120_000);

const bytes = Buffer.alloc(100_000, 'bytes');

interface Gate {
  readonly disk: Disk;
  readonly reached: Promise<undefined>;
  readonly open: () => void;
}

/** Holds up the flush of one folder until the gate is opened. */
function gateBeforeFlush(disk: Disk, folder: string): Gate {
  const reached = Promise.withResolvers<undefined>();
  const opened = Promise.withResolvers<undefined>();
  return {
    reached: reached.promise,
    open: () => opened.resolve(undefined),
    disk: watchedDisk(async (call, path) => {
      if (call !== 'syncFolder' || path !== folder) return;
      reached.resolve(undefined);
      await opened.promise;
    }, disk),
  };
}

describe('after a power cut', () => {
  const root = temporaryRoot();
  let disk: PowerCutDisk;
  let storage: Storage;
  const at = (name: string): string => path.join(root.path, name);

  beforeEach(async () => {
    disk = powerCutDisk(root.path);
    storage = await openLocal(root.path, {}, disk);
  });
  afterEach(() => {
    expect(disk.torn).toEqual([]);
  });

  it('an object is there that was acknowledged, in folders old and new', async () => {
    for (const name of [
      'top',
      'clusters/a/chunks/1',
      'clusters/a/chunks/2',
      'clusters/a/tables/1',
      'clusters/b/x',
    ]) {
      expect(await storage.put(name, bytes)).toBe('created');
      expect([name, disk.survives(at(name))]).toEqual([name, true]);
    }
  });

  it('every object is there of many that were put at once', async () => {
    const names = Array.from({ length: 60 }, (_, count) => `many/${count % 7}/${count}`);
    await Promise.all(
      names.map(async (name) => {
        await storage.put(name, bytes);
        expect([name, disk.survives(at(name))]).toEqual([name, true]);
      }),
    );
  });

  it('an object is there for the one who found its name taken, while the winner has not flushed its folder', async () => {
    const gate = gateBeforeFlush(disk, at('a/b'));
    const winner = await openLocal(root.path, {}, gate.disk);
    const winning = winner.put('a/b/object', bytes);
    await gate.reached;
    expect(disk.survives(at('a/b/object'))).toBe(false);

    expect(await storage.put('a/b/object', Buffer.from('other'))).toBe('exists');
    expect(disk.survives(at('a/b/object'))).toBe(true);
    gate.open();
    expect(await winning).toBe('created');
  });

  it('an object is there whose folders another process made but never flushed', async () => {
    for (const folder of ['a', 'a/b', 'a/b/c']) await disk.makeFolder(at(folder), 0o700);
    expect(await storage.put('a/b/c/object', bytes)).toBe('created');
    expect(disk.survives(at('a/b/c/object'))).toBe(true);
  });

  it('an object is there that a copying tool never flushed, once somebody was told that it exists', async () => {
    await disk.makeFolder(at('copied'), 0o700);
    const file = await disk.create(at('copied/object'));
    await file.writev([bytes]);
    await file.close();
    expect(await storage.put('copied/object', bytes)).toBe('exists');
    expect(disk.survives(at('copied/object'))).toBe(true);
  });

  it('an object is gone whose deletion was acknowledged', async () => {
    await storage.put('a/object', bytes);
    await storage.delete('a/object');
    expect(disk.wouldComeBack(at('a/object'))).toBe(false);
  });

  it('an object is gone for the one who found it deleted, while the other has not flushed the folder', async () => {
    await storage.put('a/object', bytes);
    const gate = gateBeforeFlush(disk, at('a'));
    const other = await openLocal(root.path, {}, gate.disk);
    const deleting = other.delete('a/object');
    await gate.reached;
    expect(disk.wouldComeBack(at('a/object'))).toBe(true);
    await storage.delete('a/object');
    expect(disk.wouldComeBack(at('a/object'))).toBe(false);
    gate.open();
    await deleting;
  });

  it('a new root is there, and each folder above it that was made with it', async () => {
    const above = powerCutDisk(root.path);
    const fresh = await openLocal(at('one/two/store'), { create: true }, above);
    await fresh.put('object', bytes);
    expect(above.survives(at('one/two/store/object'))).toBe(true);
  });
});
