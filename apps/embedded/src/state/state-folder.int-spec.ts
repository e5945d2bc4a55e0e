import { mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { identityOf, isAlive } from './process-identity.ts';
import { openStateFolder } from './state-folder.ts';

describe('the state folder', () => {
  let parent: string;
  let folder: string;
  beforeEach(async () => {
    parent = await mkdtemp(path.join(tmpdir(), 'etcd-kloset-state-'));
    folder = path.join(parent, 'a', 'b');
  });
  afterEach(() => rm(parent, { recursive: true }));

  it('is for nobody else to read', async () => {
    await openStateFolder(folder);
    expect((await stat(folder)).mode & 0o777).toBe(0o700);
  });

  it.each(['/proc/nope', '/proc/nope/below', '/dev/null/below'])(
    'is not made at %s, which is said',
    async (at) => {
      await expect(openStateFolder(at)).rejects.toMatchObject({ code: 'start.folder' });
    },
  );

  it('belongs to one process at a time', async () => {
    const state = await openStateFolder(folder);
    await expect(openStateFolder(folder)).rejects.toMatchObject({
      code: 'start.in-use',
      message: expect.stringContaining(String(process.pid)) as string,
    });
    await state.release();
    await (await openStateFolder(folder)).release();
    expect(await readdir(folder)).toEqual([]);
  });

  it('is taken over from a process that is gone, also when its number lives on', async () => {
    await (await openStateFolder(folder)).release();
    for (const holder of [
      JSON.stringify({ ...identityOf(process.pid), began: 'long ago' }),
      JSON.stringify({ pid: 2 ** 22 + 1, began: '1' }),
      '{"pid":',
    ]) {
      await writeFile(path.join(folder, 'lock'), holder);
      await (await openStateFolder(folder)).release();
    }
    expect(await readdir(folder)).toEqual([]);
  });

  it('of two that find the same stale lock goes to one', async () => {
    await (await openStateFolder(folder)).release();
    await writeFile(path.join(folder, 'lock'), JSON.stringify({ pid: 2 ** 22 + 1, began: '1' }));
    const results = await Promise.allSettled(Array.from({ length: 8 }, () => openStateFolder(folder)));
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    expect(await readdir(folder)).toEqual(['lock']);
  });

  it('that cannot be made says where it was to be', async () => {
    await writeFile(path.join(parent, 'file'), '');
    await expect(openStateFolder(path.join(parent, 'file', 'x'))).rejects.toMatchObject({
      code: 'start.folder',
    });
  });
});

describe('a process', () => {
  it('is told from another one with its number', () => {
    const own = identityOf(process.pid);
    expect(isAlive(own)).toBe(true);
    expect(isAlive({ ...own, began: '1' })).toBe(false);
    expect(isAlive({ pid: 2 ** 22 + 1, began: undefined })).toBe(false);
  });
});
