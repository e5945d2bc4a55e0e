import { hash } from 'node:crypto';
import {
  appendFileSync,
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describeWith, EtcdCluster, requireEtcd, ROOT, run } from '@etcd-kloset/testing';
import { type SnapshotDocument } from './output/documents.ts';
import { buildProgram, type Program } from './testing/program.ts';
import { saveSnapshotFiles, type SnapshotFiles } from './testing/snapshot-files.ts';

await describeWith(requireEtcd(), 'a store from its beginning to a restore', (tools) => {
  let program: Program;
  let folder: string;
  let files: SnapshotFiles;
  /** The owner's and the writer's options. */
  let owner: string[];
  let writer: string[];

  beforeAll(async () => {
    folder = mkdtempSync(path.join(tmpdir(), 'etcd-kloset-cli-'));
    [program, files] = await Promise.all([buildProgram(), saveSnapshotFiles(folder)]);
    const store = path.join(folder, 'store');
    const identity = path.join(folder, 'me.key');
    const writerKey = path.join(folder, 'writer.key');
    await program.json(['init', store, '--generate-identity', identity]);
    owner = ['--store', store, '--identity-file', identity];
    await program.json(['keys', 'writer', ...owner, '--output', writerKey]);
    writer = ['--store', store, '--writer-key-file', writerKey];
  });

  afterAll(() => {
    program.remove();
    rmSync(folder, { recursive: true, force: true });
  });

  async function statusOf(file: string) {
    const { stdout } = await run(tools.etcdutl!, ['snapshot', 'status', file, '--write-out', 'json']);
    return JSON.parse(stdout) as { hash: number; revision: number };
  }

  it('backs a live cluster up, proves it, and then stores only what is new', async () => {
    const cluster = await EtcdCluster.start();
    try {
      const client = await cluster.client();
      for (let i = 0; i < 300; i++) await client.put(`app/${i}`, 'x'.repeat(100));
      const backup = ['backup', ...writer, '--cluster', 'live', '--endpoints', cluster.endpoints[0]!];
      const first = await program.json<SnapshotDocument>(backup);
      await client.put('app/1', 'y');
      const second = await program.json<SnapshotDocument>(
        [...backup, '--label', 'run=2', '--require-proof'],
        {
          env: { ETCDCTL_ENDPOINTS: '127.0.0.1:1' },
        },
      );

      expect(first).toMatchObject({
        cluster: 'live',
        source: 'cluster',
        revision: 301,
        compactRevision: 0,
        member: 'member-1',
        parent: null,
        encoding: 'rows',
        rows: { total: 300, new: 300 },
        proof: 'proven',
        proofReason: null,
        labels: {},
      });
      expect(first.hashKV).toEqual([
        {
          member: 'member-1',
          memberId: expect.stringMatching(/^[0-9a-f]+$/) as string,
          source: true,
          revision: 301,
          compactRevision: 0,
          hash: expect.any(Number) as number,
          equal: true,
        },
      ]);
      expect(second).toMatchObject({
        parent: first.snapshot,
        rows: { total: 301, new: 1 },
        proof: 'proven',
        labels: { run: '2' },
      });
      expect(second.bytes.added).toBeLessThan(first.bytes.added / 2);
      expect(second.chunks.total).toBeGreaterThanOrEqual(second.chunks.new);

      const status = await program.json(['status', ...writer, '--max-age', '1h', '--cluster', 'live']);
      expect(status).toMatchObject({
        ok: true,
        maxAgeSeconds: 3600,
        clusters: [{ cluster: 'live', state: 'ok', newestProven: { snapshot: second.snapshot } }],
      });
      const tooOld = await program.run(['status', ...writer, '--max-age', '0s', '--cluster', 'live']);
      expect(tooOld).toMatchObject({
        code: 1,
        stderr: expect.stringContaining('at most 0.0 s are allowed') as string,
      });
    } finally {
      await cluster.stop();
    }
  });

  it("reaches a cluster with TLS and users by etcdctl's flags, and by its variables", async () => {
    const cluster = await EtcdCluster.start({ tls: 'mutual', auth: true });
    try {
      await cluster.etcdctl(['put', 'a', 'b']);
      const { cert, key } = cluster.clientCertificate!;
      const [endpoint] = cluster.endpoints as [string];
      const backup = ['backup', ...writer, '--cluster', 'secured', '--require-proof'];
      const secret = path.join(folder, 'password');
      writeFileSync(secret, `${ROOT.password}\n`, { mode: 0o600 });
      const byFlags = [
        '--endpoints',
        endpoint,
        '--cacert',
        cluster.certificates!.ca,
        '--cert',
        cert,
        '--key',
        key,
      ];
      await program.json([...backup, ...byFlags, '--user', ROOT.name, '--password-file', secret]);
      const env = {
        ETCDCTL_ENDPOINTS: endpoint,
        ETCDCTL_CACERT: cluster.certificates!.ca,
        ETCDCTL_CERT: cert,
        ETCDCTL_KEY: key,
        ETCDCTL_USER: `${ROOT.name}:${ROOT.password}`,
      };
      await program.json(backup, { env });
      const denied = await program.run(backup, { env: { ...env, ETCDCTL_USER: `${ROOT.name}:wrong` } });
      expect(denied).toMatchObject({ code: 1, stdout: '' });
    } finally {
      await cluster.stop();
    }
  });

  it('imports files of etcdctl and restores them as they were', async () => {
    for (const [cluster, file] of Object.entries(files) as [string, string][]) {
      const imported = await program.json<SnapshotDocument>([
        'import',
        file,
        ...writer,
        '--cluster',
        cluster,
      ]);
      const original = await statusOf(file);
      expect(imported).toMatchObject({
        statusHash: original.hash,
        revision: original.revision,
        source: 'file',
        member: null,
        hashKV: [],
        proof: 'unproven',
      });
      const output = path.join(folder, `${cluster}.restored`);
      const restored = await program.json<{ sha256: string; size: number }>([
        'restore',
        imported.snapshot.slice(0, -2),
        ...owner,
        '--output',
        output,
      ]);
      expect(restored).toMatchObject({
        snapshot: imported.snapshot,
        file: output,
        size: statSync(output).size,
        statusHash: original.hash,
        revision: original.revision,
      });
      expect(hash('sha256', readFileSync(output), 'hex')).toBe(restored.sha256);
      expect(statSync(output).mode & 0o777).toBe(0o600);
      expect(await statusOf(output)).toMatchObject({ hash: original.hash, revision: original.revision });
    }
  });

  it('lists what there is, the newest last', async () => {
    const listed = await program.json<SnapshotDocument[]>(['snapshots', ...writer]);
    expect(listed.map(({ cluster }) => cluster).sort()).toEqual([
      'kubernetes',
      'live',
      'live',
      'secured',
      'secured',
      'tiny',
    ]);
    expect(listed.map(({ time }) => time)).toEqual(listed.map(({ time }) => time).sort());
    const labelled = await program.json<SnapshotDocument[]>(['snapshots', ...writer, '--label', 'run=2']);
    expect(labelled.map(({ labels }) => labels)).toEqual([{ run: '2' }]);
    const { stdout } = await program.run(['snapshots', ...writer, '--cluster', 'tiny']);
    expect(stdout.split('\n').map((line) => line.split(/ {2,}/)[1])).toEqual(['CLUSTER', 'tiny', undefined]);
  });

  it('shows what is in a snapshot, and of its keys only to the owner', async () => {
    interface Shown {
      readonly keys: number | null;
      readonly prefixes: readonly { prefix: string; keys: number; rows: number; bytes: number }[] | null;
      readonly buckets: readonly { name: string; rows: number }[];
    }
    const tiny = await program.json<Shown>(['show', 'latest', '--cluster', 'tiny', ...owner]);
    expect(tiny.keys).toBe(1);
    expect(tiny.prefixes!.map(({ prefix, keys, rows }) => [prefix, keys, rows])).toEqual([
      ['app', 1, 2],
      ['(no prefix)', 0, 2],
    ]);
    expect(tiny.buckets.find(({ name }) => name === 'key')).toMatchObject({ rows: 4 });

    const asWriter = await program.json<Shown>(['show', 'latest', '--cluster', 'kubernetes', ...writer]);
    expect([asWriter.keys, asWriter.prefixes]).toEqual([null, null]);
    const text = await program.run(['show', 'latest', '--cluster', 'kubernetes', ...owner]);
    expect(text.stdout).toMatch(
      /\/registry\/pods +\d+ +\d+ +[\d.]+ MB|\/registry\/pods +\d+ +\d+ +[\d.]+ kB/,
    );
    expect(text.stdout).toMatch(/values of secrets itself \(provider aescbc, key key1\)/);
  });

  it('tells what snapshots take: every object of the store is counted', async () => {
    interface Stats {
      readonly clusters: readonly { cluster: string; bytes: { streamed: number } }[];
      readonly total: { bytes: { streamed: number; kept: number }; objects: number };
    }
    const { clusters, total } = await program.json<Stats>(['stats', ...writer]);
    expect(clusters.map(({ cluster }) => cluster)).toEqual(['kubernetes', 'live', 'secured', 'tiny']);
    const sizes = readdirSync(path.join(folder, 'store'), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => statSync(path.join(entry.parentPath, entry.name)).size);
    expect(total.objects).toBe(sizes.length);
    expect(total.bytes.kept).toBe(sizes.reduce((sum, size) => sum + size, 0));
    const tiny = clusters.find(({ cluster }) => cluster === 'tiny')!;
    expect(tiny.bytes.streamed).toBe(statSync(files.tiny).size);
  });

  it('keeps attached files sealed, and gives them back with their modes', async () => {
    const pki = path.join(folder, 'pki');
    mkdirSync(path.join(pki, 'etcd'), { recursive: true });
    writeFileSync(path.join(pki, 'etcd/ca.key'), 'secret key');
    writeFileSync(path.join(pki, 'empty'), '');
    chmodSync(path.join(pki, 'etcd/ca.key'), 0o400);
    const { snapshot } = await program.json<SnapshotDocument>([
      ...['import', files.tiny, ...writer, '--cluster', 'attached', '--attach', pki, '--attach', files.tiny],
    ]);
    const target = path.join(folder, 'attached');
    await program.json(['restore', snapshot, ...owner, '--attachments', target]);
    expect(readFileSync(path.join(target, 'pki/etcd/ca.key'), 'utf8')).toBe('secret key');
    expect(statSync(path.join(target, 'pki/etcd/ca.key')).mode & 0o777).toBe(0o400);
    expect(readFileSync(path.join(target, 'pki/empty'), 'utf8')).toBe('');
    expect(readFileSync(path.join(target, 'tiny.db')).equals(readFileSync(files.tiny))).toBe(true);
    const again = await program.run(['restore', snapshot, ...owner, '--attachments', target]);
    expect(again).toMatchObject({ code: 1, stderr: expect.stringContaining('exists already') as string });
  });

  it('checks the store without a key, and everything with one; names what is damaged and who needs it', async () => {
    const store = path.join(folder, 'store');
    await expect(program.json(['check', '--store', store])).resolves.toMatchObject({
      sound: true,
      readData: false,
    });
    await expect(program.json(['check', ...owner, '--read-data'])).resolves.toMatchObject({ sound: true });

    const copy = path.join(folder, 'damaged');
    await run('cp', ['-r', store, copy]);
    const { snapshot } = (
      await program.json<SnapshotDocument[]>(['snapshots', ...writer, '--cluster', 'tiny'])
    )[0]!;
    const record = readdirSync(copy, { recursive: true, encoding: 'utf8' }).find((name) =>
      name.endsWith(snapshot),
    )!;
    const recordFile = path.join(copy, record);
    const tinyFolder = path.dirname(path.dirname(recordFile));
    const [chunk] = readdirSync(path.join(tinyFolder, 'chunks'));
    chmodSync(path.join(tinyFolder, 'chunks', chunk!), 0o600);
    appendFileSync(path.join(tinyFolder, 'chunks', chunk!), 'x');
    const checked = await program.run(['check', '--store', copy, '--json']);
    expect(checked.code).toBe(1);
    expect(JSON.parse(checked.stdout)).toMatchObject({
      sound: false,
      problems: [{ object: expect.stringContaining(chunk!) as string, neededBy: [snapshot] }],
    });

    // A record that cannot be read is not passed over.
    chmodSync(recordFile, 0o600);
    writeFileSync(recordFile, 'rotten');
    const keys = owner.slice(2);
    for (const command of ['snapshots', 'stats']) {
      const ended = await program.run([command, '--store', copy, ...keys]);
      expect(ended).toMatchObject({ code: 1, stderr: expect.stringContaining(snapshot) as string });
      expect(ended.stdout).toContain('kubernetes');
    }
    const status = await program.run(['status', '--store', copy, ...keys, '--cluster', 'live']);
    expect(status.code).toBe(0);
    const ofTiny = await program.run(['status', '--store', copy, ...keys, '--cluster', 'tiny']);
    expect(ofTiny).toMatchObject({ code: 1, stderr: expect.stringContaining('cannot be read') as string });
  });
});
