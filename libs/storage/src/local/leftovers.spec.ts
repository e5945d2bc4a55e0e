import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readdir, utimes, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { type Disk, systemDisk } from './disk.ts';
import { openLocal } from './open-local.ts';
import { openPlace } from './place.ts';
import { newTemporaryPath } from './temporary-file.ts';
import { systemError } from './testing/system-error.ts';
import { temporaryRoot } from './testing/temporary-root.ts';
import { watchedDisk } from './testing/watched-disk.ts';

const day = 24 * 3600;

describe('temporary files of others', () => {
  const root = temporaryRoot();
  const folder = (): string => path.join(root.path, '.tmp');

  /** Our own next name, with some of its parts replaced. */
  async function leave(
    ageInDays: number,
    parts: { host?: string; process?: number; run?: string },
  ): Promise<string> {
    const own = path.basename(newTemporaryPath(await openPlace(root.path, systemDisk))).split('-');
    const [host, processId, run, random] = own;
    const name = [parts.host ?? host, parts.process ?? processId, parts.run ?? run, random].join('-');
    await mkdir(folder(), { recursive: true });
    const file = path.join(folder(), name);
    await writeFile(file, 'half an obj');
    const time = Date.now() / 1000 - ageInDays * day;
    await utimes(file, time, time);
    return name;
  }

  async function deadProcess(): Promise<number> {
    const child = spawn('true');
    await once(child, 'exit');
    return child.pid!;
  }

  it('are removed at open when they are days old and nobody can be writing them', async () => {
    await leave(4, { process: await deadProcess() });
    // Another machine's process number means nothing here; this number with another run is an earlier container's.
    await leave(4, { host: '0123abcd', process: process.ppid });
    await leave(4, { run: '0123abcd' });
    await openLocal(root.path, {});
    expect(await readdir(folder())).toEqual([]);
  });

  it('stay while they are young, while their process lives, and when they are none of ours', async () => {
    const young = await leave(2, { process: await deadProcess() });
    const ours = await leave(4, {});
    const alive = await leave(4, { process: process.ppid });
    const foreign = path.join(folder(), 'notes.txt');
    await writeFile(foreign, 'x');
    await utimes(foreign, 0, 0);
    await openLocal(root.path, {});
    expect((await readdir(folder())).sort()).toEqual([young, ours, alive, 'notes.txt'].sort());
  });

  it.each(['EACCES', 'EROFS', 'ENOSPC'])(
    'stay where nothing can be changed (%s): reading works',
    async (code) => {
      const name = await leave(4, { process: await deadProcess() });
      const disk = watchedDisk((call) => {
        if (call === 'create' || call === 'unlink') throw systemError(code, call);
      });
      await openLocal(root.path, {}, disk);
      expect(await readdir(folder())).toEqual([name]);
    },
  );

  it('are judged by the clock of the file system, not by ours', async () => {
    await leave(4, { process: await deadProcess() });
    const behind: Disk = {
      ...systemDisk,
      async create(file) {
        const handle = await systemDisk.create(file);
        // The server's clock is a week behind ours, and so are the times it gives.
        const time = Date.now() / 1000 - 7 * day;
        await utimes(file, time, time);
        return handle;
      },
    };
    await openLocal(root.path, {}, behind);
    expect(await readdir(folder())).toHaveLength(1);
  });
});
