import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type DataDirPlan } from './plan-data-dir.ts';
import { fillInPlace } from './restore-to-data-dir.ts';

let root: string;
let plan: DataDirPlan;
beforeEach(async () => {
  root = await mkdtemp(path.join(tmpdir(), 'kloset-fill-'));
  plan = {
    dataDir: root,
    tool: { path: '/bin/false', program: 'etcdutl', version: '3.5.16' },
  } as DataDirPlan;
});
afterEach(() => rm(root, { recursive: true, force: true }));

/** A tool that runs a line of shell where the data directory is. */
async function fillWith(line: string): Promise<void> {
  const folder = await mkdtemp(path.join(tmpdir(), 'kloset-tool-'));
  const tool = path.join(folder, 'etcdutl');
  try {
    await writeFile(tool, `#!/bin/sh\ncd '${root}' && ${line}\n`, { mode: 0o755 });
    await fillInPlace({ ...plan, tool: { ...plan.tool, path: tool } }, 'snapshot.db', undefined);
  } finally {
    await rm(folder, { recursive: true });
  }
}

describe('a data directory that is filled in place', () => {
  it('keeps what came into it since the restore was planned, and is not given to the tool', async () => {
    await writeFile(path.join(root, 'precious'), 'x');
    await expect(fillWith('touch ran && exit 1')).rejects.toMatchObject({
      code: 'restore.data-dir-not-empty',
    });
    expect(await readdir(root)).toEqual(['precious']);
  });

  it('is emptied of what the tool made when that fails, and of nothing else', async () => {
    await expect(fillWith('mkdir -p member/snap && touch foreign && exit 1')).rejects.toMatchObject({
      code: 'restore.etcdutl-failed',
    });
    expect(await readdir(root)).toEqual(['foreign']);
  });

  it('is left as the tool made it', async () => {
    await fillWith('mkdir member');
    expect(await readdir(root)).toEqual(['member']);
  });
});
