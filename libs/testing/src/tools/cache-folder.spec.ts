import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { buildOnce, cacheFolder } from './cache-folder.ts';

describe('the cache of programs', () => {
  let cache: string;
  beforeEach(async () => {
    cache = await mkdtemp(path.join(tmpdir(), 'etcd-kloset-cache-'));
  });
  afterEach(() => rm(cache, { recursive: true }));

  const writing = (text: string) => (folder: string) => writeFile(path.join(folder, 'file'), text);

  it('is where its variable says, else where XDG says, else below the home folder', () => {
    expect(cacheFolder({ ETCD_KLOSET_DEV_CACHE: '/given', XDG_CACHE_HOME: '/xdg' })).toBe('/given');
    expect(cacheFolder({ XDG_CACHE_HOME: '/xdg' })).toBe('/xdg/etcd-kloset-dev');
    expect(cacheFolder({})).toMatch(/\/\.cache\/etcd-kloset-dev$/);
  });

  it('builds a tool once', async () => {
    await buildOnce('tool', writing('first'), cache);
    const folder = await buildOnce('tool', writing('second'), cache);
    expect(await readFile(path.join(folder, 'file'), 'utf8')).toBe('first');
  });

  it('leaves nothing when a build fails, so that the next one starts afresh', async () => {
    const failing = async (folder: string): Promise<void> => {
      await writing('half')(folder);
      throw new Error('no network');
    };
    await expect(buildOnce('tool', failing, cache)).rejects.toThrow('no network');
    expect(await readdir(cache)).toEqual([]);
    await buildOnce('tool', writing('whole'), cache);
    expect(await readdir(cache)).toEqual(['tool']);
  });

  it('gives two that build at once the same whole tool', async () => {
    const folders = await Promise.all(['one', 'two'].map((text) => buildOnce('tool', writing(text), cache)));
    expect(folders[0]).toBe(folders[1]);
    expect(await readdir(cache)).toEqual(['tool']);
    expect(['one', 'two']).toContain(await readFile(path.join(folders[0]!, 'file'), 'utf8'));
  });
});
