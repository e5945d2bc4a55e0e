import { randomBytes } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ChannelCredentials } from '@grpc/grpc-js';
import { itemsOf } from '@etcd-kloset/client';
import { type BackupResult, readEvents, requestBackup, waitForBackup } from '@etcd-kloset/jobs';
import {
  churnKubeHour,
  describeWith,
  EtcdClient,
  EtcdCluster,
  fillKube,
  type KubeState,
  requireEtcd,
  requireRedis,
  RestoredEtcd,
  ROOT,
} from '@etcd-kloset/testing';
import { runJson } from '../support/command.ts';
import { backupThroughApi, callApi, clientOf } from '../support/services/api-calls.ts';
import { storeArguments } from '../support/services/test-store.ts';
import { TestSystem } from '../support/services/test-system.ts';
import { TraceReceiver } from '../support/services/trace-receiver.ts';
import { writtenByRedis } from '../support/services/written-by-redis.ts';

const MIB = 1024 * 1024;

interface Stored {
  readonly snapshot: string;
  readonly proof: string;
  readonly revision: number;
  readonly rows: { readonly total: number; readonly new: number };
  readonly bytes: { readonly added: number };
}

await describeWith(requireEtcd('3.5'), 'two clusters, an API and two workers of each kind', (tools) => {
  let folder: string;
  let single: EtcdCluster;
  let three: EtcdCluster;
  let clients: Record<'single' | 'three', EtcdClient>;
  let state: KubeState;
  let system: TestSystem;
  let traces: TraceReceiver;

  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'etcd-kloset-services-'));
    [single, three] = await Promise.all([
      EtcdCluster.start(),
      EtcdCluster.start({ members: 3, tls: 'mutual', auth: true }),
    ]);
    clients = { single: await single.client(), three: await three.client() };
    state = await fillKube(clients.single, { targetBytes: 20 * MIB });
    for (let i = 0; i < 200; i++) await clients.three.put(`/registry/pods/default/p-${i}`, `pod ${i}`);
    const passwordFile = path.join(folder, 'password');
    writeFileSync(passwordFile, ROOT.password, { mode: 0o600 });
    const ofSingle = { store: 'main', endpoints: [...single.endpoints] };
    system = await TestSystem.start({
      redisServer: await requireRedis(),
      stores: ['main'],
      configuration: {
        api: { storeScan: '10s' },
        clusters: {
          single: ofSingle,
          'by-workers': ofSingle,
          scheduled: { ...ofSingle, schedule: { cron: '* * * * *' }, objective: '5m' },
          three: {
            store: 'main',
            endpoints: [...three.endpoints],
            tls: {
              caFile: three.certificates!.ca,
              certFile: three.clientCertificate!.cert,
              keyFile: three.clientCertificate!.key,
            },
            auth: { user: ROOT.name, passwordFile },
          },
        },
      },
    });
    traces = await TraceReceiver.start();
    const workers = ['snapshot-worker', 'chunk-worker', 'storage-writer'] as const;
    await system.runAll(['api', ...workers.flatMap((kind) => [kind, kind])], traces.env);
  });
  afterAll(async () => {
    await system.stop();
    await traces.stop();
    await Promise.all([single.stop(), three.stop()]);
    await rm(folder, { recursive: true, force: true });
  });

  const throughQueue = async (cluster: string): Promise<BackupResult> => {
    const { request } = await requestBackup(system.redis, { cluster, requestedBy: 'another team' });
    return waitForBackup(system.redis, request);
  };
  const throughCommand = (cluster: string): Promise<Stored> =>
    runJson<Stored>([
      ...['backup', '--store', system.stores['main']!.folder],
      ...['--writer-key-file', system.stores['main']!.writerKeyFile],
      ...['--cluster', cluster, '--endpoints', single.endpoints.join()],
    ]);
  const listed = async (cluster: string): Promise<string[]> => {
    const ids: string[] = [];
    const client = clientOf(system);
    const page = (cursor?: string) =>
      client.GET('/v1/snapshots', { params: { query: { cluster, cursor, limit: 2 } } });
    for await (const { id } of itemsOf(page)) ids.push(id);
    return ids;
  };
  const restoredHash = async (cluster: string, { snapshot, revision }: BackupResult): Promise<number> => {
    const file = path.join(folder, `${snapshot}.db`);
    await runJson(['restore', snapshot, ...storeArguments(system.stores['main']!), '--output', file]);
    const restored = await RestoredEtcd.fromFile(tools, file);
    // A cluster with authentication has it after a restore, too.
    const client = new EtcdClient(restored.member.address, {
      credentials: ChannelCredentials.createInsecure(),
      ...(cluster === 'three' ? { user: ROOT } : {}),
    });
    try {
      return (await client.hashKV(BigInt(revision))).hash;
    } finally {
      client.close();
      await restored.stop();
    }
  };

  it('are backed up through the API; the command line restores them, and HashKV is equal', async () => {
    for (const name of ['single', 'three'] as const) {
      const result = await backupThroughApi(system, name);
      expect(result).toMatchObject({ cluster: name, store: 'main', proof: 'proven' });
      const live = await clients[name].hashKV(BigInt(result.revision));
      expect(await restoredHash(name, result)).toBe(live.hash);
    }
  });

  it('are backed up through the queue, by who has nothing but Redis', async () => {
    const results = await Promise.all([throughQueue('single'), throughQueue('three')]);
    expect(results.map(({ proof }) => proof)).toEqual(['proven', 'proven']);
    await expect(throughQueue('nobody')).rejects.toMatchObject({ code: 'cluster.unknown' });
  });

  it('are followed by one trace from the request through every worker', async () => {
    const traceId = randomBytes(16).toString('hex');
    await clients.single.put('/registry/configmaps/default/traced', 'a new row');
    await backupThroughApi(system, 'single', { traceparent: `00-${traceId}-0123456789abcdef-01` });
    for (const span of [
      /^etcd-kloset-api: POST /,
      /^etcd-kloset-snapshot-worker: process backups\.main$/,
      /^etcd-kloset-snapshot-worker: read$/,
      /^etcd-kloset-chunk-worker: process chunks$/,
      /^etcd-kloset-storage-writer: process puts\.local\.main$/,
      /^etcd-kloset-snapshot-worker: commit$/,
    ]) {
      while (!traces.spansOf(traceId).some((each) => span.test(each))) await sleep(50);
    }
  });

  it('store the same as the command line does', async () => {
    const byWorkers = await backupThroughApi(system, 'by-workers');
    const byCommand = await throughCommand('by-command');
    expect(byWorkers.rows).toEqual(byCommand.rows);
    // Sealing is random in its bytes, and not in their number.
    expect(byWorkers.bytes.added / byCommand.bytes.added).toBeCloseTo(1, 2);
  });

  it('find what the command line stored, and the other way round', async () => {
    await churnKubeHour(clients.single, state);
    const command = await throughCommand('single');
    expect(command.rows.new).toBeGreaterThan(0);
    const afterCommand = await backupThroughApi(system, 'single');
    expect(afterCommand.rows.new).toBe(0);

    await churnKubeHour(clients.single, state);
    const worker = await backupThroughApi(system, 'single');
    expect(worker.rows.new).toBeGreaterThan(0);
    const afterWorker = await throughCommand('single');
    expect(afterWorker.rows.new).toBe(0);
    // A record and the small buckets.
    for (const { bytes } of [afterCommand, afterWorker]) expect(bytes.added).toBeLessThan(8192);

    // The API looks through the stores now and then.
    for (const { snapshot } of [command, afterCommand, worker, afterWorker]) {
      while (!(await listed('single')).includes(snapshot)) await sleep(100);
    }
  });

  it('are backed up by schedule', async () => {
    const stop = new AbortController();
    const triggers: string[] = [];
    for await (const { event } of readEvents(system.redis, { from: '0', signal: stop.signal })) {
      if (event.subject !== 'scheduled') continue;
      if ('trigger' in event.data) triggers.push(event.data.trigger);
      if (event.type === 'backup.committed') stop.abort();
    }
    expect(triggers).toContain('schedule');
  });

  it('leave nothing secret in Redis, in a log, in a trace, in an answer', async () => {
    const key = '/registry/secrets/default/a-key-of-etcd';
    for (const client of Object.values(clients)) await client.put(key, 'the-value-of-a-secret');
    for (const name of ['single', 'three']) await backupThroughApi(system, name);
    const { writerKeyFile, identityFile } = system.stores['main']!;
    // What distinguishes a key from a comment or a heading is the longest line of its file.
    const secretOf = (file: string): string =>
      readFileSync(file, 'utf8')
        .split('\n')
        .reduce((longest, line) => (line.length > longest.length ? line : longest));
    const secrets = {
      ...{ 'the writer’s key': secretOf(writerKeyFile), 'the owner’s key': secretOf(identityFile) },
      ...{ 'a key of TLS': secretOf(three.clientCertificate!.key), 'a password of etcd': ROOT.password },
      ...{ 'an API key': system.apiKey, 'a key of etcd': key, 'a value of etcd': 'the-value-of-a-secret' },
    };
    const answers = await Promise.all(
      ['clusters', 'jobs', 'snapshots', 'stores', 'schedules']
        .map((list) => `/v1/${list}`)
        .concat('/v1/clusters/three', '/metrics', '/queues/api/queues?jobsPerPage=100')
        .map(async (address) => (await callApi(system, 'GET', address)).text()),
    );
    const places = {
      Redis: writtenByRedis(system.redisServer),
      logs: Buffer.from(system.services.map(({ text }) => text).join('\n')),
      traces: Buffer.from(traces.text),
      answers: Buffer.from(answers.join('\n')),
    };
    for (const [place, bytes] of Object.entries(places)) {
      // What is looked through is what it should be.
      expect(bytes.includes('by-workers')).toBe(true);
      const found = Object.entries(secrets).filter(([, secret]) => bytes.includes(secret));
      expect({ place, found: found.map(([name]) => name) }).toEqual({ place, found: [] });
    }
  });

  it('leave a store that is sound, and tell what they did', async () => {
    expect(await runJson(['check', '--read-data', ...storeArguments(system.stores['main']!)])).toMatchObject({
      sound: true,
    });
    const metrics = await Promise.all(
      system.services.map(async ({ log }) => {
        const { port } = log.find(({ msg }) => msg === 'Health and metrics are served.')!;
        return (await fetch(`http://127.0.0.1:${String(port)}/metrics`)).text();
      }),
    );
    for (const metric of [
      'kloset_backups_total{store="main",outcome="committed",proof="proven"}',
      'kloset_stage_duration_seconds_count{stage="read"}',
      'kloset_stage_duration_seconds_count{stage="seal"}',
      'kloset_stage_duration_seconds_count{stage="put"}',
      'kloset_stage_duration_seconds_count{stage="commit"}',
      'kloset_rows_total{kind="new"}',
      'kloset_stored_bytes_total',
      'kloset_stream_bytes_total',
      'kloset_backup_age_seconds{cluster="single",store="main"}',
      'kloset_backup_objective_seconds{cluster="scheduled",store="main"}',
      'kloset_snapshot_mismatch{cluster="three"} 0',
      'kloset_queue_jobs{queue="chunks",state="waiting"} 0',
      'kloset_queue_oldest_wait_seconds{queue="backups.main"}',
      'kloset_job_wait_seconds_count{queue="requests"}',
      'kloset_job_wait_seconds_count{queue="puts.local.main"}',
      'kloset_staging_limit_bytes',
      'kloset_store_request_seconds_count{store="main",operation="put"}',
      'kloset_api_request_seconds_count{method="POST",route="/v1/clusters/{cluster}/backups",status="202"}',
    ]) {
      expect(metrics.join('\n')).toContain(metric);
    }
    // Nothing stays in staging, nor in the spool.
    expect(await system.redis.client.keys(`${system.redis.prefix}:staging:data:*`)).toEqual([]);
  });
});
