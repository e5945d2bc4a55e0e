import { randomBytes } from 'node:crypto';
import { readdirSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type CloudEvent, readEvents, requestCancel } from '@etcd-kloset/jobs';
import {
  describeWith,
  EtcdCluster,
  fillKube,
  freePorts,
  requireEtcd,
  requireRedis,
} from '@etcd-kloset/testing';
import { runJson } from '../support/command.ts';
import { QueuedBackup } from '../support/services/queued-backup.ts';
import { type ServiceProcess } from '../support/services/service-process.ts';
import { storeArguments } from '../support/services/test-store.ts';
import { TestSystem } from '../support/services/test-system.ts';

await describeWith(requireEtcd('3.5'), 'a backup by workers', () => {
  let etcd: EtcdCluster;
  let pair: EtcdCluster;
  let system: TestSystem;
  let chunkWorker: ServiceProcess;
  const backups: QueuedBackup[] = [];

  beforeAll(async () => {
    [etcd, pair] = await Promise.all([EtcdCluster.start(), EtcdCluster.start({ members: 2 })]);
    await fillKube(await etcd.client(), { targetBytes: 12 * 1024 * 1024 });
    const definition = { store: 'main', endpoints: [...etcd.endpoints] };
    const [nobody] = await freePorts(1);
    system = await TestSystem.start({
      redisServer: await requireRedis(),
      stores: ['main'],
      configuration: {
        clusters: {
          cancelled: definition,
          damaged: definition,
          lost: definition,
          away: { store: 'main', endpoints: [`127.0.0.1:${nobody!}`] },
          pair: { store: 'main', endpoints: [...pair.endpoints], requireProof: true },
        },
      },
    });
    [chunkWorker] = (await system.runAll(['chunk-worker', 'snapshot-worker', 'storage-writer'])) as [
      ServiceProcess,
    ];
  });
  afterAll(async () => {
    await Promise.all(backups.map((backup) => backup.close()));
    await system.stop();
    await Promise.all([etcd.stop(), pair.stop()]);
  });

  const add = async (cluster: string): Promise<QueuedBackup> => {
    const backup = await QueuedBackup.add(system, cluster, 'main');
    backups.push(backup);
    return backup;
  };
  /** The key of plain bytes that wait in staging, as soon as there are some and staging counts on them. */
  const stagedKey = async ({ id }: QueuedBackup): Promise<string> => {
    const staging = `${system.redis.prefix}:staging`;
    for (;;) {
      const leases = Object.entries(await system.redis.client.hgetall(`${staging}:leases`));
      const found = leases.find(
        ([lease, state]) => lease.startsWith(`${id}/`) && lease.endsWith('/0') && state.includes('|plain|'),
      );
      if (found !== undefined) return `${staging}:data:${found[0]}`;
      await sleep(20);
    }
  };
  const eventOf = async (fits: (event: CloudEvent) => boolean): Promise<CloudEvent> => {
    const stop = new AbortController();
    for await (const { event } of readEvents(system.redis, { from: '0', signal: stop.signal })) {
      if (fits(event)) return event;
    }
    throw new Error('events do not end');
  };
  const untilStagingIsEmpty = async (): Promise<void> => {
    const of = `${system.redis.prefix}:staging`;
    while ((await system.redis.client.keys(`${of}:data:*`)).length > 0) await sleep(50);
    expect(await system.redis.client.hlen(`${of}:leases`)).toBe(0);
  };

  it('that is cancelled while it reads stops, and leaves nothing in staging and in the spool folder', async () => {
    chunkWorker.pause();
    const backup = await add('cancelled');
    await stagedKey(backup);
    await requestCancel(system.redis, backup.id);
    chunkWorker.resume();
    await expect(backup.result()).rejects.toThrow('[backup.cancelled]');
    await untilStagingIsEmpty();
    expect(readdirSync(path.join(system.folder, 'spool'))).toEqual([]);
  });

  it('fails with what its chunk failed with, as soon as that has', async () => {
    chunkWorker.pause();
    const backup = await add('damaged');
    const key = await stagedKey(backup);
    // Whoever has Redis can spoil a chunk, and is found out.
    await system.redis.client.set(key, randomBytes(await system.redis.client.strlen(key)), 'KEEPTTL');
    chunkWorker.resume();
    await expect(backup.result()).rejects.toThrow('[staging.does-not-open]');
    await untilStagingIsEmpty();
  });

  it('whose chunk is lost in staging reads its cluster again', async () => {
    chunkWorker.pause();
    const backup = await add('lost');
    await system.redis.client.del(await stagedKey(backup));
    const { attempt } = (await backup.job()).data;
    chunkWorker.resume();
    expect(await backup.result()).toMatchObject({ proof: 'proven' });
    expect((await backup.job()).data.attempt).not.toBe(attempt);
    await untilStagingIsEmpty();
  });

  it('of a cluster that is away tells so and is tried again', async () => {
    const backup = await add('away');
    const event = await eventOf(({ type }) => type === 'cluster.unreachable');
    expect(event).toMatchObject({
      subject: 'away',
      data: { store: 'main', error: { code: 'etcd.unreachable' } },
    });
    await backup.until((job, state) => state === 'delayed' && job.attemptsMade === 1);
    await requestCancel(system.redis, backup.id);
  });

  it('that must be proven and is not fails, is told of, and is stored all the same', async () => {
    await pair.members[1]!.stop();
    const backup = await add('pair');
    await expect(backup.result()).rejects.toThrow('[backup.not-proven]');
    const types: string[] = [];
    const stored = await eventOf(({ type, subject }) => {
      if (subject === 'pair') types.push(type);
      return subject === 'pair' && type === 'backup.unproven';
    });
    // Its last word is that it failed, which the API says.
    expect(types).not.toContain('backup.committed');
    const { snapshot } = stored.data as { snapshot: string };
    const main = storeArguments(system.stores['main']!);
    expect(await runJson(['show', snapshot, ...main])).toMatchObject({ proof: 'unproven' });
  });
});
