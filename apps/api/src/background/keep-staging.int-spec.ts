import { randomBytes, randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  type BackupJob,
  backupsQueue,
  connectRedis,
  drainWorker,
  keys,
  openQueue,
  openWorker,
  type RedisHandle,
  Staging,
} from '@etcd-kloset/jobs';
import { createLogger } from '@etcd-kloset/platform';
import { describeWith, RedisServer, requireRedis } from '@etcd-kloset/testing';
import { type BackupsQueue } from '../backups/queues.ts';
import { resultOf } from '../spec-support/backup-worker.ts';
import { keepStaging } from './keep-staging.ts';

const MAIN = backupsQueue('main');
const SNAPSHOT = '20261124t193145123z-9f86d081';

await describeWith(requireRedis(), 'what lies in staging', (program) => {
  let server: RedisServer;
  let redis: RedisHandle;
  let main: BackupsQueue;
  let other: BackupsQueue;
  let staging: Staging;
  beforeAll(async () => {
    server = await RedisServer.start(program);
    redis = connectRedis({ url: server.url });
    main = openQueue(redis, MAIN);
    other = openQueue(redis, backupsQueue('other'));
    const most = 1_000_000;
    staging = new Staging(redis, {
      ...{ totalBytes: most, perStoreBytes: most, perBackupBytes: most },
      expiryMs: 600_000,
    });
  });
  afterAll(async () => {
    staging.close();
    await main.close();
    await other.close();
    await redis.close();
    await server.stop();
  });

  async function stage(store: string, backup: string = randomUUID()): Promise<string> {
    const attempt = randomUUID();
    await staging.beginAttempt(backup, attempt, store);
    await staging.reserveAndPut({ backup, attempt, sequence: 0 }, store, randomBytes(100));
    return backup;
  }

  async function add(queue: BackupsQueue, store: string): Promise<string> {
    const backup = randomUUID();
    const data: BackupJob = {
      ...({ version: 1, backup, cluster: 'a', store, trigger: 'api', step: 'read' } as const),
      requestedAt: new Date().toISOString(),
    };
    await queue.add('backup', data, { jobId: backup });
    return backup;
  }

  it('stays as long as its backup is under way, and no longer', async () => {
    const ended = await add(main, 'main');
    const worker = openWorker(redis, MAIN, () => Promise.resolve(resultOf('a', SNAPSHOT)));
    await new Promise((resolve) => worker.once('completed', resolve));
    await drainWorker(worker, 0);
    const underWay = [await add(main, 'main'), await add(other, 'other')];
    await stage('main', ended);
    // Its job was lost by Redis, or never was.
    const forgotten = await stage('other');
    for (const backup of underWay) await stage('main', backup);

    const lines: string[] = [];
    const log = createLogger({ service: 'api', destination: { write: (line) => void lines.push(line) } });
    const backups = new Map([
      ['main', main],
      ['other', other],
    ]);
    const keeping = keepStaging({ log }, staging, { backups });
    while (lines.length < 2) await sleep(10);
    await keeping.stop();
    expect((await staging.usage()).byBackup).toEqual(Object.fromEntries(underWay.map((id) => [id, 100])));
    const left = await redis.client.keys(keys.staging(redis.prefix, '*'));
    for (const backup of [ended, forgotten]) expect(left.filter((key) => key.includes(backup))).toEqual([]);
  });
});
