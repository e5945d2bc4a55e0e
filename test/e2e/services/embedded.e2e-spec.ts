import { once } from 'node:events';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { bodyOf } from '@etcd-kloset/client';
import {
  describeWith,
  EtcdCluster,
  freePorts,
  requireEtcd,
  requireRedis,
  RestoredEtcd,
  startReaper,
} from '@etcd-kloset/testing';
import { runJson } from '../support/command.ts';
import { type ApiAddress, backupThroughApi, callApi, clientOf } from '../support/services/api-calls.ts';

await describeWith(requireEtcd('3.5'), 'all in one process, with a Redis of its own', (tools) => {
  let folder: string;
  let etcd: EtcdCluster;
  let port: number;
  let running: ChildProcess | undefined;
  let said = '';
  const reaper = startReaper('');
  const state = (name = ''): string => path.join(folder, 'etcd-kloset-data', name);

  /** As `npm start` runs it, in an empty folder. */
  async function start(...options: readonly string[]): Promise<ApiAddress> {
    said = '';
    const child = spawn(
      process.execPath,
      [
        path.resolve('apps/embedded/dist/main.js'),
        ...['--listen', `127.0.0.1:${port}`, '--cluster', 'mine'],
        ...['--endpoints', etcd.endpoints.join(), ...options],
      ],
      {
        cwd: folder,
        env: {
          PATH: process.env['PATH'],
          HOME: process.env['HOME'],
          ETCD_KLOSET_REDIS_SERVER: await requireRedis(),
          ETCD_KLOSET_OPS_PORT: '0',
        },
        stdio: ['ignore', 'ignore', 'pipe'],
      },
    );
    running = child;
    reaper.watch(child.pid!);
    child.stderr.setEncoding('utf8').on('data', (piece: string) => (said += piece));
    while (!said.includes('etcd-kloset runs')) {
      if (child.exitCode !== null) throw new Error(`it ended: ${said}`);
      await sleep(20);
    }
    return {
      apiUrl: /API +(\S+)\/v1/.exec(said)![1]!,
      apiKey: readFileSync(state('api-key'), 'utf8').trim(),
    };
  }
  async function end(signal: NodeJS.Signals): Promise<number | null> {
    const exit = once(running!, 'exit') as Promise<[number | null]>;
    running!.kill(signal);
    const [code] = await exit;
    reaper.forget(running!.pid!);
    running = undefined;
    return code;
  }
  const redisPid = (): number =>
    (JSON.parse(readFileSync(state('redis.json'), 'utf8')) as { process: { pid: number } }).process.pid;
  const isAlive = (pid: number): boolean => existsSync(`/proc/${pid}`);

  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'etcd-kloset-start-'));
    [port] = (await freePorts(1)) as [number];
    etcd = await EtcdCluster.start();
    const client = await etcd.client();
    for (let i = 0; i < 100; i++) await client.put(`/registry/configmaps/default/c-${i}`, `value ${i}`);
  });
  afterAll(async () => {
    if (running !== undefined) await end('SIGKILL');
    reaper.dismiss();
    await etcd.stop();
    await rm(folder, { recursive: true, force: true });
  });

  it('backs a cluster up and gives the snapshot back, to who has nothing but its address and its key', async () => {
    const api = await start();
    expect(said).toContain(api.apiKey);
    expect(said).toContain('KEEP A COPY OF IT');
    for (const name of ['api-key', 'identity.txt', 'writer.key']) {
      expect(statSync(state(name)).mode & 0o777).toBe(0o600);
    }
    const { items } = await bodyOf(clientOf(api).GET('/v1/clusters'));
    expect(items.map(({ name }) => name)).toEqual(['mine']);
    const { proof, revision } = await backupThroughApi(api, 'mine');
    expect(proof).toBe('proven');

    const file = path.join(folder, 'snapshot.db');
    const download = await callApi(api, 'GET', '/v1/snapshots/latest/download?cluster=mine');
    await writeFile(file, Buffer.from(await download.arrayBuffer()));
    const restored = await RestoredEtcd.fromFile(tools, file);
    const live = await (await etcd.client()).hashKV(BigInt(revision));
    expect((await restored.client.hashKV(BigInt(revision))).hash).toBe(live.hash);
    await restored.stop();
  });

  it('ends cleanly, its Redis too, and knows everything again when it is started', async () => {
    const pid = redisPid();
    expect(await end('SIGINT')).toBe(0);
    expect(isAlive(pid)).toBe(false);
    for (const left of ['lock', 'redis.json']) expect(existsSync(state(left))).toBe(false);

    const api = await start();
    // The key is told once.
    expect(said).not.toContain(api.apiKey);
    const jobs = await bodyOf(clientOf(api).GET('/v1/jobs'));
    expect(jobs.items).toMatchObject([{ state: 'committed' }]);
  });

  it('answers the tour of docs/api.md as that says', async () => {
    const [, tour = ''] = /## A tour[\s\S]*?```sh\n([\s\S]*?)```/.exec(readFileSync('docs/api.md', 'utf8'))!;
    const script = tour.replace('127.0.0.1:8080', `127.0.0.1:${port}`);
    const { stdout } = await promisify(execFile)('bash', ['-euo', 'pipefail', '-c', script], { cwd: folder });
    const answers = stdout
      .replaceAll(/\}\s*\{/g, '}\n{')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as unknown);
    expect(answers).toMatchObject([
      { key: { role: 'admin' } },
      { reachable: true, quorum: true, members: [{ status: { leads: true } }] },
      { joined: false, job: { cluster: 'mine', labels: { why: 'tour' } } },
      { items: [{ cluster: 'mine', labels: { why: 'tour' } }] },
      { cluster: 'mine', labels: { why: 'tour' } },
      { keys: 100 },
      { name: 'prod-1', origin: 'store', version: 1 },
      { items: [{ cluster: 'prod-1', jitterSeconds: 600, paused: false }] },
      { cluster: 'prod-1', paused: true, nextRuns: [] },
      { name: 'local', state: 'reachable' },
    ]);
    expect(statSync(path.join(folder, 'snapshot.db')).size).toBeGreaterThan(16_384);
  });

  it('leaves no Redis behind when it is killed, and starts again', async () => {
    const pid = redisPid();
    await end('SIGKILL');
    while (isAlive(pid)) await sleep(20);
    const api = await start();
    expect(await backupThroughApi(api, 'mine')).toMatchObject({ proof: 'proven', rows: { new: 0 } });
    const store = ['--store', state('store'), '--identity-file', state('identity.txt')];
    expect(await runJson(['check', '--read-data', ...store])).toMatchObject({ sound: true, snapshots: 3 });
  });

  it('is started once on a folder', async () => {
    const first = running!;
    const own = said;
    await expect(start()).rejects.toThrow(/is in use by another etcd-kloset, process \d+/);
    running = first;
    said = own;
    expect(await end('SIGTERM')).toBe(0);
  });
});
