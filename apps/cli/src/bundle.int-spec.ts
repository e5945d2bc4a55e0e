import { existsSync, mkdirSync, mkdtempSync, rmSync, statSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describeWith, requireEtcd, run } from '@etcd-kloset/testing';
import { runProcess } from './testing/program.ts';
import { saveSnapshotFiles } from './testing/snapshot-files.ts';
import { version } from './version.ts';

const root = path.resolve(import.meta.dirname, '../../..');

await describeWith(requireEtcd(), 'the archive for a machine without npm or network', () => {
  let folder: string;
  let launcher: string;
  let original: string;

  beforeAll(async () => {
    folder = mkdtempSync(path.join(tmpdir(), 'etcd-kloset-archive-'));
    const archives = path.join(folder, 'archives');
    await run(process.execPath, [path.join(root, 'apps/cli/bundle.ts'), '--output', archives, process.arch]);
    // Folders with spaces, and reached through a link.
    const place = path.join(folder, 'a place');
    mkdirSync(place);
    const name = `etcd-kloset-${version}-linux-${process.arch}`;
    await run('tar', ['-C', place, '-xzf', path.join(archives, `${name}.tar.gz`)]);
    launcher = path.join(folder, 'kloset');
    symlinkSync(path.join(place, name, 'etcd-kloset'), launcher);
    original = (await saveSnapshotFiles(folder)).tiny;
  }, 120_000);

  afterAll(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  /** With nothing on PATH, and with settings that are meant for another Node. */
  const kloset = (...words: string[]) =>
    runProcess(launcher, words, { cwd: folder, env: { PATH: '', NODE_OPTIONS: '--frobnicate' } });

  it('runs from any folder, through a link, with nothing on PATH', async () => {
    expect(await kloset('--version')).toEqual({ code: 0, stdout: `etcd-kloset ${version}\n`, stderr: '' });
  });

  it('has all that a backup and a restore need: its own Node, its native code, its threads', async () => {
    expect(await kloset('init', 's', '--generate-identity', 'me.key')).toMatchObject({ code: 0 });
    const owner = ['--store', 's', '--identity-file', 'me.key'];
    expect(await kloset('import', original, ...owner, '--cluster', 'c')).toMatchObject({ code: 0 });
    expect(await kloset('restore', 'latest', ...owner, '--output', 'restored.db')).toMatchObject({ code: 0 });
    expect(statSync(path.join(folder, 'restored.db')).size % 512).toBe(32);
    expect(await kloset('check', ...owner, '--read-data')).toMatchObject({ code: 0 });
  });

  it('has the licences of what is in it', () => {
    const unpacked = path.join(folder, 'a place', `etcd-kloset-${version}-linux-${process.arch}`);
    for (const file of ['LICENSE', 'THIRD-PARTY-LICENSES.txt', 'README.md']) {
      expect(existsSync(path.join(unpacked, file))).toBe(true);
    }
  });
});
