import { jest } from '@jest/globals';
import { spawnSync } from 'node:child_process';
import {
  chmod,
  mkdir,
  mkdtemp,
  readFile,
  rename,
  rm,
  stat,
  symlink,
  truncate,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { namesOf } from '../conformance/check.ts';
import { type Storage } from '../storage.ts';
import { type Disk, systemDisk } from './disk.ts';
import { openLocal } from './open-local.ts';
import { temporaryRoot } from './testing/temporary-root.ts';
import { watchedDisk } from './testing/watched-disk.ts';

// Many flushes, or processes of their own: minutes on a busy machine.
jest.setTimeout(120_000);

const notAnObject = { code: 'storage.not-an-object' };

describe('a local storage', () => {
  const root = temporaryRoot();
  const at = (name: string): string => path.join(root.path, name);
  let storage: Storage;
  beforeEach(async () => (storage = await openLocal(root.path, {})));

  it('meets a folder where an object should be with an error, and does not list it', async () => {
    await mkdir(at('a/folder'), { recursive: true });
    await expect(storage.get('a/folder')).rejects.toMatchObject(notAnObject);
    await expect(storage.put('a/folder', Buffer.from('x'))).rejects.toMatchObject(notAnObject);
    await expect(storage.stat('a/folder')).rejects.toMatchObject(notAnObject);
    await expect(storage.delete('a/folder')).rejects.toMatchObject(notAnObject);
    expect(await namesOf(storage, '')).toEqual([]);
  });

  it('meets an object where a folder should be with an error', async () => {
    await storage.put('object', Buffer.from('x'));
    await expect(storage.put('object/below', Buffer.from('x'))).rejects.toMatchObject(notAnObject);
    expect((await storage.get('object')).toString()).toBe('x');
  });

  it('follows no link to a file: not to read, list or delete it, nor to take it for an object', async () => {
    const outside = await mkdtemp(path.join(tmpdir(), 'kloset-outside-'));
    try {
      await writeFile(path.join(outside, 'file'), 'outside');
      await mkdir(at('a'));
      await symlink(path.join(outside, 'file'), at('a/link'));
      await symlink(path.join(outside, 'nothing'), at('a/dangling'));
      for (const name of ['a/link', 'a/dangling']) {
        await expect(storage.get(name)).rejects.toMatchObject(notAnObject);
        await expect(storage.put(name, Buffer.from('x'))).rejects.toMatchObject(notAnObject);
        await expect(storage.stat(name)).rejects.toMatchObject(notAnObject);
        await expect(storage.delete(name)).rejects.toMatchObject(notAnObject);
      }
      expect(await namesOf(storage, '')).toEqual([]);
      expect(await readFile(path.join(outside, 'file'), 'utf8')).toBe('outside');
    } finally {
      await rm(outside, { recursive: true });
    }
  });

  it('follows no link to a folder', async () => {
    const outside = await mkdtemp(path.join(tmpdir(), 'kloset-outside-'));
    try {
      await writeFile(path.join(outside, 'file'), 'outside');
      await symlink(outside, at('linked'));
      await expect(storage.get('linked/file')).rejects.toMatchObject(notAnObject);
      await expect(storage.stat('linked/file')).rejects.toMatchObject(notAnObject);
      await expect(storage.delete('linked/file')).rejects.toMatchObject(notAnObject);
      await expect(storage.put('linked/file', Buffer.from('x'))).rejects.toMatchObject(notAnObject);
      await expect(storage.put('linked/new', Buffer.from('x'))).rejects.toMatchObject(notAnObject);
      await expect(namesOf(storage, 'linked/')).rejects.toMatchObject(notAnObject);
      await expect(storage.folders('linked/')).rejects.toMatchObject(notAnObject);
      expect(await storage.folders('')).toEqual([]);
      expect(await namesOf(storage, '')).toEqual([]);
      expect(await readFile(path.join(outside, 'file'), 'utf8')).toBe('outside');
    } finally {
      await rm(outside, { recursive: true });
    }
  });

  it('does not wait for a pipe that lies where an object should be', async () => {
    expect(spawnSync('mkfifo', [at('pipe')]).status).toBe(0);
    await expect(storage.get('pipe')).rejects.toMatchObject(notAnObject);
    await expect(storage.put('pipe', Buffer.from('x'))).rejects.toMatchObject(notAnObject);
    expect(await namesOf(storage, '')).toEqual([]);
  });

  it('lists neither temporary files nor what others left in the folder', async () => {
    await storage.put('a/object', Buffer.from('x'));
    for (const name of ['.tmp/x', 'a/.nfs0001', 'a/README', 'a/object~', 'a/object.part!']) {
      await mkdir(path.dirname(at(name)), { recursive: true });
      await writeFile(at(name), 'x');
    }
    expect(await namesOf(storage, '')).toEqual(['a/object']);
    expect(await namesOf(storage, 'a/')).toEqual(['a/object']);
    expect(await storage.folders('')).toEqual(['a']);
  });

  it('writes where nobody else can look, and opens the object to readers when it is whole', async () => {
    const modes: number[] = [];
    const disk = watchedDisk(async (call, file) => {
      if (call === 'write' || call === 'link') {
        modes.push((await stat(call === 'write' ? file : at('.tmp/'))).mode & 0o777);
      }
    });
    const watched = await openLocal(root.path, {}, disk);
    await watched.put('object', Buffer.from('x'));
    expect(modes).toEqual([0o600, 0o700]);
    expect((await stat(at('object'))).mode & 0o777).toBe(0o444);
  });

  it('says that the store is gone when its folder is, rather than that it is empty', async () => {
    const moved = `${root.path}-moved`;
    await storage.put('a/object', Buffer.from('x'));
    await rename(root.path, moved);
    const missing = { code: 'storage.missing' };
    try {
      for (const empty of [false, true]) {
        // As after an unmount: the folder below the mount has the same name and is empty.
        if (empty) await mkdir(root.path);
        await expect(storage.get('a/object')).rejects.toMatchObject(missing);
        await expect(storage.stat('a/object')).rejects.toMatchObject(missing);
        await expect(storage.delete('a/object')).rejects.toMatchObject(missing);
        await expect(storage.put('a/other', Buffer.from('x'))).rejects.toMatchObject(missing);
        await expect(storage.now()).rejects.toMatchObject(missing);
        await expect(namesOf(storage, 'a/')).rejects.toMatchObject(missing);
        await expect(namesOf(storage, '')).rejects.toMatchObject(missing);
        await expect(storage.folders('')).rejects.toMatchObject(missing);
      }
    } finally {
      await rm(moved, { recursive: true, force: true });
    }
  });

  it('acknowledges no put into the folder below a mount, even if all folders are there too', async () => {
    const moved = `${root.path}-moved`;
    await storage.put('a/object', Buffer.from('x'));
    await rename(root.path, moved);
    try {
      for (const folder of ['a', '.tmp']) await mkdir(at(folder), { recursive: true });
      await expect(storage.put('a/other', Buffer.from('x'))).rejects.toMatchObject({
        code: 'storage.missing',
      });
    } finally {
      await rm(moved, { recursive: true, force: true });
    }
  });

  it('says so when an object is cut off while it is read', async () => {
    await storage.put('object', Buffer.alloc(1000));
    const disk = watchedDisk(async (call) => {
      if (call !== 'read') return;
      await chmod(at('object'), 0o600);
      await truncate(at('object'), 500);
    });
    const reader = await openLocal(root.path, {}, disk);
    await expect(reader.get('object')).rejects.toMatchObject({ code: 'storage.io' });
  });

  it('reads on when the system gives less than was asked for', async () => {
    const bytes = Buffer.from('0123456789abcdefghij');
    await storage.put('object', bytes);
    const stingy: Disk = {
      ...systemDisk,
      async open(filePath) {
        const file = await systemDisk.open(filePath);
        return new Proxy(file, {
          get: (target, property) => {
            if (property === 'read') {
              return (options: { length: number }) =>
                target.read({ ...options, length: Math.min(3, options.length) });
            }
            const value: unknown = Reflect.get(target, property);
            return typeof value === 'function' ? (value.bind(target) as unknown) : value;
          },
        });
      },
    };
    const reader = await openLocal(root.path, {}, stingy);
    expect((await reader.get('object')).toString()).toBe(bytes.toString());
    expect((await reader.get('object', { offset: 5, length: 10 })).toString()).toBe('56789abcde');
  });

  it('has a bounded number of files open, however much is asked at once', async () => {
    let open = 0;
    let most = 0;
    const disk = watchedDisk((call) => {
      if (call === 'create' || call === 'open') most = Math.max(most, (open += 1));
      if (call === 'close') open -= 1;
    });
    const busy = await openLocal(root.path, {}, disk);
    const names = Array.from({ length: 300 }, (_, count) => `crowd/${count}`);
    await Promise.all(names.map((name) => busy.put(name, Buffer.from(name))));
    await Promise.all(names.map((name) => busy.get(name)));
    expect(open).toBe(0);
    expect(most).toBeGreaterThan(1);
    expect(most).toBeLessThanOrEqual(16);
  });
});
