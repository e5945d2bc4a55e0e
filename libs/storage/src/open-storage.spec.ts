import { mkdtemp, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { openStorage } from './open-storage.ts';

describe('openStorage', () => {
  let folder: string;
  beforeEach(async () => (folder = await mkdtemp(path.join(tmpdir(), 'kloset-open-'))));
  afterEach(() => rm(folder, { recursive: true, force: true }));

  it('takes a plain path and a file URL for the same place', async () => {
    const byPath = await openStorage(`${folder}/.//`);
    const byUrl = await openStorage(`${pathToFileURL(folder).href}/`);
    expect(byPath.url).toBe(pathToFileURL(folder).href);
    expect(byUrl.url).toBe(byPath.url);
    await byPath.put('object', Buffer.from('x'));
    expect(await byUrl.stat('object')).toMatchObject({ size: 1 });
  });

  it('understands percent-encoded characters of a file URL', async () => {
    const odd = path.join(folder, 'a b?#é');
    await openStorage(pathToFileURL(odd).href, { create: true });
    expect((await stat(odd)).isDirectory()).toBe(true);
  });

  it('makes the folder and those above it for their owner alone, when told to', async () => {
    const root = path.join(folder, 'one', 'two');
    await expect(openStorage(root)).rejects.toMatchObject({ code: 'storage.missing' });
    const storage = await openStorage(root, { create: true });
    expect((await stat(root)).mode & 0o777).toBe(0o700);
    expect((await stat(path.dirname(root))).mode & 0o777).toBe(0o700);
    await storage.put('a/b', Buffer.from('x'));
    expect((await stat(path.join(root, 'a'))).mode & 0o777).toBe(0o700);
    const again = await openStorage(root, { create: true });
    expect((await again.get('a/b')).toString()).toBe('x');
  });

  it('follows a link that is the root itself', async () => {
    await symlink(folder, `${folder}-link`);
    try {
      const storage = await openStorage(`${folder}-link`);
      expect(await storage.put('a/b', Buffer.from('x'))).toBe('created');
      expect((await stat(path.join(folder, 'a/b'))).size).toBe(1);
    } finally {
      await rm(`${folder}-link`);
    }
  });

  it('says that a file is not a folder, also when it stands in the middle of the path', async () => {
    const file = path.join(folder, 'file');
    await writeFile(file, 'x');
    for (const create of [false, true]) {
      await expect(openStorage(file, { create })).rejects.toMatchObject({ code: 'storage.not-a-folder' });
      await expect(openStorage(path.join(file, 'below'), { create })).rejects.toMatchObject({
        code: 'storage.not-a-folder',
      });
    }
  });

  it('says that a link into nowhere leads nowhere', async () => {
    await symlink(path.join(folder, 'gone'), path.join(folder, 'link'));
    for (const create of [false, true]) {
      await expect(openStorage(path.join(folder, 'link'), { create })).rejects.toMatchObject({
        code: 'storage.missing',
      });
    }
  });

  it('lists what it supports when it does not know the scheme, and keeps the password to itself', async () => {
    const opening = openStorage('ftp://alice:secret@host/path?secret');
    await expect(opening).rejects.toMatchObject({
      code: 'storage.unknown-scheme',
      message: expect.not.stringContaining('secret') as unknown,
      advice: expect.stringContaining('file:///') as unknown,
    });
    await expect(openStorage('constructor://x')).rejects.toMatchObject({ code: 'storage.unknown-scheme' });
  });

  it.each([
    '',
    'a\0b',
    'file:relative',
    'file://host/path',
    'file:/one-slash',
    'file:///a?b',
    'file:///a#b',
    'file:///a%2fb',
    'file:///a%00b',
    'file:///a%zz',
  ])('refuses the address %j rather than guess', async (url) => {
    await expect(openStorage(url)).rejects.toMatchObject({ code: 'storage.bad-url' });
  });
});
