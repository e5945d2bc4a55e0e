import { spawnSync } from 'node:child_process';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { backupCluster } from '@etcd-kloset/pipeline';
import { describeWith, EtcdCluster, requireEtcd } from '@etcd-kloset/testing';
import { runCommand, runJson, startCommand } from './support/command.ts';
import { makeTestStore } from './support/test-store.ts';

/** Small file systems of their own are mounted where the tests run as root on Linux. */
const CAN_MOUNT =
  process.platform === 'linux' && process.getuid?.() === 0 && spawnSync('mount', ['--version']).status === 0;

await describeWith(requireEtcd('3.5'), 'on a bad day', () => {
  let folder: string;
  let cluster: EtcdCluster;
  const mounts: string[] = [];
  const file = (name: string) => path.join(folder, name);
  const store = () => file('store');
  const owner = () => ['--store', store(), '--identity-file', file('identity')];
  const backup = (...more: string[]) => [
    'backup',
    ...owner(),
    '--cluster',
    'c',
    '--endpoints',
    cluster.endpoints.join(),
    ...more,
  ];

  /** Runs what must fail with exit code 1, within the minute, and gives what it says. */
  const failing = async (args: readonly string[], env: NodeJS.ProcessEnv = {}) => {
    const { code, stdout, stderr } = await runCommand(args, env);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).not.toMatch(/^\s+at /m);
    return stderr;
  };
  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'etcd-kloset-bad-days-'));
    cluster = await EtcdCluster.start({ tls: 'server' });
    const client = await cluster.client();
    for (let i = 0; i < 120; i++) await client.put(`/k/${i}`, noise(i, 100_000));
    await runCommand(['init', store(), '--generate-identity', file('identity')]);
  });
  afterAll(async () => {
    for (const mount of mounts) spawnSync('umount', [mount]);
    await cluster.stop();
    await rm(folder, { recursive: true, force: true });
  });

  async function smallPlace(name: string, megabytes: number): Promise<string> {
    const place = file(name);
    await mkdir(place);
    const { status } = spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m`, 'tmpfs', place]);
    expect(status).toBe(0);
    mounts.push(place);
    return place;
  }
  const withMounts = CAN_MOUNT ? it : it.skip;
  const ca = () => ['--cacert', cluster.certificates!.ca];

  withMounts('a full spool folder is said before anything is read, and nothing stays in it', async () => {
    const spool = await smallPlace('spool', 4);
    const stderr = await failing(backup(...ca(), '--spool-dir', spool));
    expect(stderr).toContain(spool);
    expect(stderr).toContain('--spool-dir');
    expect(await readdir(spool)).toEqual([]);
  });

  withMounts('a store that runs full fails the backup, and keeps what it had', async () => {
    const place = await smallPlace('small-store', 5);
    const full = ['--store', path.join(place, 'store'), '--identity-file', file('full-identity')];
    await runCommand(['init', path.join(place, 'store'), '--generate-identity', file('full-identity')]);
    const stderr = await failing([
      'backup',
      ...full,
      '--cluster',
      'c',
      '--endpoints',
      cluster.endpoints.join(),
      ...ca(),
    ]);
    expect(stderr).toMatch(/full|room|space/i);
    expect(await runJson(['snapshots', ...full])).toEqual([]);
    await runJson(['check', ...full]);
  });

  withMounts('a restore that runs out of room leaves nothing behind', async () => {
    await runJson(backup(...ca()));
    const place = await smallPlace('small-output', 4);
    const stderr = await failing(['restore', 'latest', ...owner(), '--output', path.join(place, 'out.db')]);
    expect(stderr).toContain('no room');
    expect(await readdir(place)).toEqual([]);
  });

  it('an output file that exists is not touched', async () => {
    await runJson(backup(...ca()));
    await writeFile(file('taken.db'), 'mine');
    expect(await failing(['restore', 'latest', ...owner(), '--output', file('taken.db')])).toContain(
      'exists already',
    );
  });

  it('a folder that is no store, none at all, and a store of a newer format are told apart', async () => {
    await mkdir(file('empty'));
    const key = ['--identity-file', file('identity')];
    expect(await failing(['snapshots', '--store', file('empty'), ...key])).toContain('is not a store');
    expect(await failing(['snapshots', '--store', file('nowhere'), ...key])).toContain('nowhere');
    await mkdir(file('newer'));
    await writeFile(
      file('newer/kloset.json'),
      '{"format":2,"suite":1,"store":"00000000000000000000000000000000","created":"2030-01-01T00:00:00.000Z","sha256":""}\n',
    );
    expect(await failing(['snapshots', '--store', file('newer'), ...key])).toContain('newer etcd-kloset');
  });

  it('endpoints that refuse, hang, show a wrong certificate or speak no TLS are told apart', async () => {
    const to = (endpoint: string, ...more: string[]) => [
      ...[
        'backup',
        ...owner(),
        '--cluster',
        'c',
        '--endpoints',
        endpoint,
        '--dial-timeout',
        '1s',
        '--command-timeout',
        '1s',
        ...more,
      ],
    ];
    expect(await failing(to('127.0.0.1:1'))).toContain('nothing listens');
    const hanging = await listen();
    try {
      expect(await failing(to(`127.0.0.1:${hanging.port}`))).toMatch(/said nothing within|did not answer/);
    } finally {
      hanging.server.close();
    }
    expect(await failing(to(cluster.endpoints[0]!, '--cacert', cluster.certificates!.stranger.ca))).toMatch(
      /certificate/i,
    );
    expect(await failing(to(cluster.endpoints[0]!.replace('https', 'http')))).toMatch(/TLS|https/);
  });

  it('a clock that is an hour off is refused before anything is stored', async () => {
    const at = await makeTestStore();
    try {
      const hourAhead = () => new Date(Date.now() + 3_600_000);
      const running = backupCluster({
        store: at.store,
        ring: at.owner,
        cluster: 'c',
        connection: { endpoints: cluster.endpoints, tls: { caFile: cluster.certificates!.ca } },
        now: hourAhead,
      });
      await expect(running).rejects.toMatchObject({ code: 'store.clock-skew' });
      expect(await at.storage.folders('clusters/')).toEqual([]);
    } finally {
      await at.remove();
    }
  });

  it('an interrupted backup ends with its signal’s code and leaves no trace', async () => {
    const before = await readdir(tmpdir());
    const running = startCommand(backup(...ca()));
    await new Promise((resolve) => setTimeout(resolve, 250));
    running.process.kill('SIGTERM');
    const { code } = await running.result;
    expect([143, 0]).toContain(code);
    const spools = (await readdir(tmpdir())).filter((name) => /^etcd-kloset-[A-Za-z0-9]{6}$/.test(name));
    expect(spools.filter((name) => !before.includes(name))).toEqual([]);
    await expectStillGood();
  });

  async function expectStillGood(): Promise<void> {
    await runJson(backup(...ca()));
    await runJson(['check', ...owner()]);
  }
});

function noise(seed: number, size: number): Buffer {
  const bytes = Buffer.alloc(size);
  let state = seed + 1;
  for (let i = 0; i < size; i++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    bytes[i] = state >>> 24;
  }
  return bytes;
}

/** A server that takes connections and never says a word. */
function listen(): Promise<{ server: Server; port: number }> {
  return new Promise((resolve) => {
    const server = createServer(() => undefined);
    server.listen(0, '127.0.0.1', () => {
      resolve({ server, port: (server.address() as { port: number }).port });
    });
  });
}
