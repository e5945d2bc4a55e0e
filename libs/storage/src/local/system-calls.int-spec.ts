import { jest } from '@jest/globals';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { namesOf } from '../conformance/check.ts';
import { openStorage } from '../open-storage.ts';
import { describeIf, missingStrace } from './testing/can-run.ts';
import { type Run, runOperations } from './testing/run-operations.ts';
import { leftBehind, temporaryRoot } from './testing/temporary-root.ts';

// Many flushes, or processes of their own: minutes on a busy machine.
jest.setTimeout(120_000);

const traced =
  'open,openat,write,writev,pwrite64,pwritev,ftruncate,fchmod,fsync,fdatasync,link,linkat,unlink,unlinkat,' +
  'mkdir,mkdirat,rename,renameat,renameat2,access,faccessat,faccessat2';

/** What the kernel is really asked for, and what becomes of it when it says no, or the process dies just there. */
describeIf(missingStrace(), 'the system calls', () => {
  const root = temporaryRoot();

  beforeEach(async () => {
    await (await openStorage(root.path)).put('before', Buffer.from('x'));
  });

  const namesBeside = async (): Promise<string[]> =>
    (await namesOf(await openStorage(root.path), '')).filter((name) => name !== 'before');

  /** The calls that the operations make below the root, once the storage is open. */
  async function callsOf(...operations: readonly string[]): Promise<string[]> {
    const folder = await mkdtemp(path.join(tmpdir(), 'kloset-trace-'));
    try {
      const log = path.join(folder, 'log');
      const { answers, errorOutput } = await runOperations(
        root.path,
        ['mark:begin', ...operations],
        ['strace', '-f', '-y', '-o', log, '-e', `trace=${traced}`],
      );
      expect(errorOutput).toBe('');
      for (const answer of answers) expect(answer).toHaveProperty('result');
      const lines = (await readFile(log, 'utf8')).replaceAll(root.path, 'ROOT').split('\n');
      const begin = lines.findIndex((line) => line.includes('/mark/begin'));
      expect(begin).toBeGreaterThan(0);
      return lines.slice(begin + 1).flatMap(inWords);
    } finally {
      await rm(folder, { recursive: true });
    }
  }

  it('of a put flush the bytes, give the name, and flush every folder down to it', async () => {
    expect(await callsOf('put:clusters/a/object:100000')).toEqual([
      'create TMP',
      'write TMP',
      'mode 0444 TMP',
      'flush TMP',
      'mkdir ROOT/clusters',
      'flush ROOT',
      'mkdir ROOT/clusters/a',
      'flush ROOT/clusters',
      'link TMP ROOT/clusters/a/object',
      'unlink TMP',
      'flush ROOT/clusters/a',
    ]);
  });

  it('of a later put into the same folder flush the bytes and that folder, and no more', async () => {
    const calls = await callsOf('put:clusters/a/first:10', 'put:clusters/a/second:10');
    expect(calls.slice(calls.indexOf('flush ROOT/clusters/a') + 1)).toEqual([
      'create TMP',
      'write TMP',
      'mode 0444 TMP',
      'flush TMP',
      'link TMP ROOT/clusters/a/second',
      'unlink TMP',
      'flush ROOT/clusters/a',
    ]);
  });

  it('of a put that finds the name taken flush the object, its folder and those above', async () => {
    await (await openStorage(root.path)).put('clusters/a/object', Buffer.from('x'));
    expect(await callsOf('put:clusters/a/object:100000')).toEqual([
      'mkdir ROOT/clusters',
      'flush ROOT',
      'mkdir ROOT/clusters/a',
      'flush ROOT/clusters',
      'flush ROOT/clusters/a/object',
      'flush ROOT/clusters/a',
    ]);
  });

  it('of a deletion flush the folder behind it', async () => {
    await (await openStorage(root.path)).put('clusters/a/object', Buffer.from('x'));
    expect(await callsOf('delete:clusters/a/object')).toEqual([
      'unlink ROOT/clusters/a/object',
      'flush ROOT/clusters/a',
    ]);
  });

  it('of reading change nothing', async () => {
    expect(await callsOf('open', 'get:before', 'stat:before', 'list')).toEqual([]);
  });

  /** Puts an object while the kernel is told to do something else at the `at`-th call of a kind. */
  async function putWith(call: string, at: number, what: string): Promise<Run> {
    const calls = `${call},${call}at`;
    const known = ['link', 'unlink', 'mkdir'].includes(call) ? calls : call;
    const inject = `inject=${known}:${what}:when=${at}`;
    const prefix = ['strace', '-f', '-o', '/dev/null', '-e', `trace=${known}`, '-e', inject];
    return runOperations(root.path, ['put:a/b/object:300000'], prefix);
  }

  // Flushes, in order: the root when it is opened (1), the file (2), the root for a (3), a for b (4), b (5).
  it.each([
    ['writev', 1, 'ENOSPC', 'storage.full', false],
    ['writev', 1, 'EDQUOT', 'storage.full', false],
    ['writev', 1, 'EFBIG', 'storage.too-large', false],
    ['fsync', 2, 'EIO', 'storage.io', false],
    ['fsync', 2, 'EDQUOT', 'storage.full', false],
    ['fsync', 2, 'ESTALE', 'storage.unreachable', true],
    ['fsync', 4, 'EIO', 'storage.io', false],
    ['mkdir', 1, 'ENOSPC', 'storage.full', false],
    ['link', 1, 'EPERM', 'storage.no-hard-links', false],
    ['link', 1, 'ESTALE', 'storage.unreachable', true],
    ['link', 1, 'ENOSPC', 'storage.full', false],
  ])(
    'when %s (call %s) fails with %s are told as %s, retryable: %s',
    async (call, at, error, code, retryable) => {
      const { answers } = await putWith(call, at, `error=${error}`);
      expect(answers).toMatchObject([{ code, retryable }]);
      expect(await leftBehind(root.path)).toEqual([]);
      expect(await namesBeside()).toEqual([]);
      expect(await (await openStorage(root.path)).put('a/b/object', Buffer.from('x'))).toBe('created');
    },
  );

  it('when the last flush fails are no success, though the object is there', async () => {
    const { answers } = await putWith('fsync', 5, 'error=EIO');
    expect(answers).toMatchObject([{ code: 'storage.io' }]);
    expect(await namesBeside()).toEqual(['a/b/object']);
    expect(await leftBehind(root.path)).toEqual([]);
  });

  it.each([
    ['writev', 1, 'nothing'],
    ['fchmod', 1, 'nothing'],
    ['fsync', 2, 'nothing'],
    ['mkdir', 2, 'nothing'],
    ['fsync', 3, 'nothing'],
    ['fsync', 4, 'nothing'],
    ['link', 1, 'nothing or all'],
    ['unlink', 1, 'all'],
    ['fsync', 5, 'all'],
  ])('when the process is killed in %s (call %s) leave %s of the object', async (call, at, left) => {
    const { signal, answers } = await putWith(call, at, 'signal=KILL');
    expect([signal, answers]).toEqual(['SIGKILL', []]);

    const names = await namesBeside();
    if (left === 'nothing') expect(names).toEqual([]);
    if (left === 'all') expect(names).toEqual(['a/b/object']);
    const storage = await openStorage(root.path);
    for (const name of names) expect((await storage.get(name)).byteLength).toBe(300_000);

    const again = await runOperations(root.path, ['put:a/b/object:300000', 'get:a/b/object']);
    expect(again.answers).toEqual([
      { result: names.length === 0 ? 'created' : 'exists' },
      { result: 300_000 },
    ]);
  });
});

/** `fsync(20<ROOT/a>) = 0` becomes `flush ROOT/a`. Opening says nothing, unless it makes or empties a file. */
function inWords(line: string): string[] {
  const text = line.replaceAll(/ROOT\/\.tmp\/[0-9a-f-]+/g, 'TMP');
  const [, call, args = ''] = /^\d+\s+([a-z0-9]+)\((.*)$/.exec(text) ?? [];
  const [first, second] = [...args.matchAll(/(?:ROOT|TMP)[^">]*/g)].map(([path]) => path);
  if (call === undefined || first === undefined) return [];
  if (call.startsWith('open')) return /O_CREAT|O_TRUNC/.test(args) ? [`create ${first}`] : [];
  if (/^p?writev?(64)?$/.test(call)) return [`write ${first}`];
  if (call.startsWith('fchmod')) return [`mode ${/, (\d+)/.exec(args)?.[1] ?? '?'} ${first}`];
  if (call === 'fsync' || call === 'fdatasync') return [`flush ${first}`];
  return [[call.replace(/at$/, ''), first, second].filter((word) => word !== undefined).join(' ')];
}
