import { spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describeWith, requireEtcd } from '@etcd-kloset/testing';
import { type SnapshotDocument } from './output/documents.ts';
import { buildProgram, runProcess, type Program } from './testing/program.ts';
import { saveSnapshotFiles, type SnapshotFiles } from './testing/snapshot-files.ts';

await describeWith(requireEtcd(), 'what the program says, and where', () => {
  let program: Program;
  let folder: string;
  let files: SnapshotFiles;
  let owner: string[];

  beforeAll(async () => {
    folder = mkdtempSync(path.join(tmpdir(), 'etcd-kloset-output-'));
    [program, files] = await Promise.all([buildProgram(), saveSnapshotFiles(folder)]);
    const store = path.join(folder, 'store');
    const identity = path.join(folder, 'me.key');
    await program.json(['init', store, '--generate-identity', identity]);
    owner = ['--store', store, '--identity-file', identity];
    await program.json(['import', files.kubernetes, ...owner, '--cluster', 'c']);
  });

  afterAll(() => {
    program.remove();
    rmSync(folder, { recursive: true, force: true });
  });

  it('is the answer on standard output, and all else on standard error', async () => {
    const ended = await program.run(['import', files.tiny, ...owner, '--cluster', 'd']);
    expect(ended.code).toBe(0);
    expect(ended.stdout).toMatch(
      /^snapshot \S+ of d\n {2}time .*\n {2}revision .*\n {2}rows +4: 4 new, 0 known\n/,
    );
    // What is done at once needs no progress.
    expect(ended.stderr).toBe('');
    // No colours and no cursor where there is no terminal.
    expect(ended.stdout + ended.stderr).not.toMatch(/\u001b/);
  });

  it('is one document with --json, and nothing but the answer with --quiet', async () => {
    const json = await program.run(['import', files.tiny, ...owner, '--cluster', 'e', '--json']);
    expect(Object.keys(JSON.parse(json.stdout) as object)).toEqual(
      expect.arrayContaining([
        'snapshot',
        'cluster',
        'revision',
        'rows',
        'bytes',
        'chunks',
        'statusHash',
        'hashKV',
        'proof',
        'durationMs',
      ]),
    );
    expect(json.stdout.trim().split('\n')).toHaveLength(1);
    const quiet = await program.run(['import', files.tiny, ...owner, '--cluster', 'e', '--quiet']);
    expect(quiet).toEqual({
      code: 0,
      stdout: expect.stringMatching(/^snapshot \S+ of e\n/) as string,
      stderr: '',
    });
    const asked = await program.run(['snapshots', ...owner, '--quiet']);
    expect(asked).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('SNAPSHOT') as string,
      stderr: '',
    });
  });

  it('is left unsaid when nobody reads on', async () => {
    const ended = await program.run(['snapshots', ...owner], {
      onStart: (child) => child.stdout!.destroy(),
    });
    expect(ended).toMatchObject({ code: 0, stderr: '' });
  });

  it.each([[], ['--json']])('is a failure when it cannot be written: %j', async (...extra) => {
    const words = [`${program.folder}/etcd-kloset.js`, 'snapshots', ...owner, ...extra];
    const line = [process.execPath, ...words].map((word) => `'${word}'`).join(' ');
    const ended = await runProcess('/bin/sh', ['-c', `${line} > /dev/full`]);
    expect(ended).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(
        /cannot be written to standard output: ENOSPC[^\n]*\n?[^\n]*\n$/,
      ) as string,
    });
  });

  it('names the snapshot whose record is damaged, and an older one that can be had', async () => {
    const made: SnapshotDocument[] = [];
    for (let i = 0; i < 2; i++) {
      made.push(await program.json(['import', files.tiny, ...owner, '--cluster', 'damaged']));
    }
    // The file has one time, so chance decides which of the two sorts later.
    const [older, newest] = made.map(({ snapshot }) => snapshot).sort();
    const names = readdirSync(path.join(folder, 'store'), { recursive: true, encoding: 'utf8' });
    const record = path.join(
      folder,
      'store',
      names.find((name) => name.endsWith(`/${newest!}`))!,
    );
    chmodSync(record, 0o600);
    writeFileSync(record, 'x');
    try {
      for (const command of [['show'], ['restore', '--output', path.join(folder, 'never.db')]]) {
        const words = [command[0]!, 'latest', ...owner, '--cluster', 'damaged', ...command.slice(1)];
        const { code, stderr } = await program.run(words);
        expect(code).toBe(1);
        expect(stderr).toMatch(
          new RegExp(`the record of snapshot ${newest!} cannot be read[\\s\\S]* ${older!}:`),
        );
      }
      const check = await program.run(['check', ...owner, '--cluster', 'damaged']);
      expect(check.code).toBe(1);
      expect(check.stdout).toContain('(of damaged)');
    } finally {
      rmSync(record);
    }
  });

  it('is that there is no such cluster, for every command that is given one', async () => {
    for (const words of [['snapshots'], ['stats'], ['check'], ['show', 'latest']]) {
      const ended = await program.run([...words, ...owner, '--cluster', 'nope']);
      expect(ended).toMatchObject({
        code: 1,
        stdout: '',
        stderr: expect.stringContaining('"nope"') as string,
      });
    }
  });

  it('lists the clusters when it is not clear which one is meant', async () => {
    const { code, stderr } = await program.run(['show', 'latest', ...owner]);
    expect({ code, stderr }).toEqual({ code: 1, stderr: expect.stringMatching(/--cluster: c, /) as string });
  });

  it('is the version and the help on standard output', async () => {
    const { version } = JSON.parse(
      readFileSync(path.join(import.meta.dirname, '../package.json'), 'utf8'),
    ) as { version: string };
    expect(await program.run(['--version'])).toEqual({
      code: 0,
      stdout: `etcd-kloset ${version}\n`,
      stderr: '',
    });
    for (const words of [['--help'], ['help', 'backup'], ['backup', '--help'], ['keys', 'add', '--help']]) {
      const ended = await program.run(words);
      expect(ended).toMatchObject({ code: 0, stderr: '' });
      expect(ended.stdout).toMatch(/Examples?( of [a-z ]+)?:\n/);
    }
  });

  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)('is that it was interrupted by %s, soon after it was', async (signal, code) => {
    // Whoever takes a connection and never speaks.
    const sockets: Socket[] = [];
    const connected = Promise.withResolvers<undefined>();
    const server = createServer((socket) => {
      sockets.push(socket.on('error', () => undefined));
      connected.resolve(undefined);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const endpoint = `127.0.0.1:${(server.address() as AddressInfo).port}`;
    const backup = ['backup', ...owner, '--cluster', 'f', '--endpoints', endpoint, '--dial-timeout', '10m'];
    try {
      const ended = await program.run(backup, {
        onStart: (child) => void connected.promise.then(() => child.kill(signal)),
      });
      expect(ended).toEqual({ code, stdout: '', stderr: `etcd-kloset: interrupted by ${signal}\n` });
    } finally {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    }
  });

  it('does not depend on what only a few commands need: it loads neither zod nor age nor HTTP/2 to start', () => {
    const loaded = new Set<string>();
    const follow = (name: string): void => {
      if (loaded.has(name)) return;
      loaded.add(name);
      const text = readFileSync(path.join(program.folder, name), 'utf8');
      for (const [, next] of text.matchAll(/(?:from|import)\s*"\.\/([^"]+\.js)"/g)) follow(next!);
    };
    follow('etcd-kloset.js');
    const start = [...loaded].map((name) => readFileSync(path.join(program.folder, name), 'utf8')).join('\n');
    const all = readdirSync(program.folder)
      .filter((name) => name.endsWith('.js'))
      .map((name) => readFileSync(path.join(program.folder, name), 'utf8'))
      .join('\n');
    const traces = ['node:http2', 'ZodError', 'age-encryption.org', 'barCompleteChar', '@node-rs/crc32'];
    expect(traces.filter((trace) => !all.includes(trace))).toEqual([]);
    expect(traces.filter((trace) => start.includes(trace))).toEqual([]);
  });

  describe('to a shell that completes', () => {
    /** What bash offers for the last word. */
    async function offered(...words: string[]): Promise<string[]> {
      const { stdout: script } = await program.run(['completion', 'bash']);
      const line = words.map((word) => JSON.stringify(word)).join(' ');
      const asking = `${script}\nCOMP_WORDS=(${line}); COMP_CWORD=${words.length - 1}; _etcd_kloset; printf '%s\\n' "\${COMPREPLY[@]}"`;
      const { stdout } = await runProcess('/bin/bash', ['--norc', '-c', asking], { cwd: folder });
      return stdout.split('\n').filter((word) => word !== '');
    }

    it.each([
      [
        ['etcd-kloset', 'st'],
        ['stats', 'status'],
      ],
      [
        ['etcd-kloset', 'keys', ''],
        ['list', 'add', 'remove', 'writer', 'keeper', '--help'],
      ],
      [['etcd-kloset', 'keys', 'writer', '--cl'], ['--cluster']],
      [
        ['etcd-kloset', 'backup', '--proof', ''],
        ['all', 'source', 'none'],
      ],
      [['etcd-kloset', 'backup', '--store', 's', '--label', 'a=b', '--require'], ['--require-proof']],
      [['etcd-kloset', 'restore', 'latest', '--store', 'st'], ['store']],
      [['etcd-kloset', 'import', 'ti'], ['tiny.db']],
      [['etcd-kloset', 'completion', 'z'], ['zsh']],
      [['etcd-kloset', 'backup', '--cluster', ''], []],
    ])('%j is %j', async (words, expected) => {
      expect(await offered(...words)).toEqual(expected);
    });

    const shells = ['bash', 'zsh', 'fish'].filter(
      (shell) => spawnSync('/bin/sh', ['-c', `command -v ${shell}`]).status === 0,
    );

    it.each(shells)('is a script that %s can read', async (shell) => {
      const { stdout } = await program.run(['completion', shell]);
      expect(stdout).toContain('initial-advertise-peer-urls');
      expect(await runProcess(shell, ['-n', '-c', stdout])).toMatchObject({ code: 0, stderr: '' });
    });
  });
});
