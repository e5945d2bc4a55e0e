import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import {
  backupsQueue,
  connectRedis,
  drainWorker,
  type JobQueue,
  JobsError,
  keys,
  openQueue,
  openWorker,
  type RedisHandle,
} from '@etcd-kloset/jobs';
import { createLogger, startTelemetry, type Telemetry } from '@etcd-kloset/platform';
import { describeWith, RedisServer, requireRedis } from '@etcd-kloset/testing';
import { resultOf } from '../spec-support/backup-worker.ts';
import { settleBackup } from './finished-backups.ts';

const QUEUE = backupsQueue('main');
const SNAPSHOT = '20261124t193145123z-9f86d081';

await describeWith(requireRedis(), 'a backup that has ended', (program) => {
  let server: RedisServer;
  let redis: RedisHandle;
  let queue: JobQueue<typeof QUEUE>;
  let telemetry: Telemetry;
  let lines: string[];
  beforeAll(async () => {
    server = await RedisServer.start(program);
    redis = connectRedis({ url: server.url });
    queue = openQueue(redis, QUEUE);
  });
  afterAll(async () => {
    await queue.close();
    await redis.close();
    await server.stop();
  });
  const log = createLogger({ service: 'api', destination: { write: (line) => void lines.push(line) } });
  beforeEach(async () => {
    lines = [];
    telemetry = await startTelemetry('api', {}, log);
  });
  afterEach(() => telemetry.shutdown());

  /** Has a job done by a worker, then settles it as two replicas do that see its end, and one that looks later. */
  async function settleTwice(work: () => ReturnType<typeof resultOf>): Promise<string> {
    const backup = randomUUID();
    const data = {
      ...({ version: 1, backup, cluster: 'prod', store: 'main', step: 'read', trigger: 'schedule' } as const),
      requestedAt: new Date().toISOString(),
      attempt: randomUUID(),
    };
    await queue.add('backup', data, { jobId: backup });
    const worker = openWorker(redis, QUEUE, () => Promise.resolve().then(work));
    const state = (await Promise.race([
      once(worker, 'completed').then(() => 'completed'),
      once(worker, 'failed').then(() => 'failed'),
    ])) as 'completed' | 'failed';
    await drainWorker(worker, 0);
    const job = (await queue.getJob(backup))!;
    const staging = { endAttempt: () => Promise.resolve() };
    const parts = { redis, staging, metrics: telemetry.metrics, log };
    await Promise.all([settleBackup(parts, job, state), settleBackup(parts, job, state)]);
    await settleBackup(parts, job, state);
    return backup;
  }
  const typesOf = async (backup: string): Promise<string[]> => {
    const entries = await redis.client.xrange(keys.events(redis.prefix), '-', '+');
    return entries.filter(([, fields]) => fields[5]!.includes(backup)).map(([, fields]) => fields[1]!);
  };

  it('is told, counted and logged once, whoever sees it and however often', async () => {
    const backup = await settleTwice(() => resultOf('prod', SNAPSHOT, 'unproven'));
    expect(await typesOf(backup)).toEqual(['backup.committed', 'backup.unproven']);
    expect(await telemetry.metricsText()).toMatch(
      /kloset_backups_total\{store="main",outcome="committed",proof="unproven"\} 1\n/,
    );
    expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual([
      expect.objectContaining({
        ...{ level: 'info', msg: 'A backup is committed.', backup, cluster: 'prod', store: 'main' },
        ...{ trigger: 'schedule', snapshot: SNAPSHOT, revision: 7, proof: 'unproven' },
        ...{ rows_new: 1, stream_bytes: 20_000, added_bytes: 100, duration_ms: 5 },
      }),
    ]);
  });

  it('with a failure is counted by its code, and logged with it and what to do', async () => {
    const backup = await settleTwice(() => {
      throw new JobsError('staging.too-large', 'It is too large.', { advice: 'Make it smaller.' });
    });
    expect(await typesOf(backup)).toEqual(['backup.failed']);
    const metrics = await telemetry.metricsText();
    expect(metrics).toMatch(/kloset_backups_total\{store="main",outcome="failed",proof="none"\} 1\n/);
    expect(metrics).toMatch(/kloset_backup_failures_total\{code="staging.too-large"\} 1\n/);
    expect(lines.map((line) => JSON.parse(line) as { error: { message: string } })).toEqual([
      expect.objectContaining({
        ...{ level: 'warn', msg: 'A backup failed.', backup, cluster: 'prod', store: 'main' },
        error: expect.objectContaining({ code: 'staging.too-large' }) as unknown,
      }),
    ]);
    expect(lines[0]).toContain('Make it smaller.');
  });

  it('that somebody cancelled is no failure', async () => {
    await settleTwice(() => {
      throw new JobsError('backup.cancelled', 'It was cancelled.');
    });
    const metrics = await telemetry.metricsText();
    expect(metrics).toMatch(/kloset_backups_total\{store="main",outcome="cancelled",proof="none"\} 1\n/);
    expect(metrics).not.toContain('kloset_backup_failures_total{');
    expect(JSON.parse(lines[0]!)).toMatchObject({ level: 'info', msg: 'A backup was cancelled.' });
    expect(lines).toHaveLength(1);
  });
});
