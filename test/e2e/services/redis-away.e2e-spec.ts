import { setTimeout as sleep } from 'node:timers/promises';
import { describeWith, EtcdCluster, fillKube, requireEtcd, requireRedis } from '@etcd-kloset/testing';
import { runJson } from '../support/command.ts';
import { QueuedBackup } from '../support/services/queued-backup.ts';
import { storeArguments } from '../support/services/test-store.ts';
import { TestSystem } from '../support/services/test-system.ts';

const NAMES = ['one', 'two', 'three', 'four'];

await describeWith(requireEtcd('3.5'), 'a Redis that goes away during backups', () => {
  let etcd: EtcdCluster;
  let system: TestSystem;

  beforeAll(async () => {
    etcd = await EtcdCluster.start();
    await fillKube(await etcd.client(), { targetBytes: 24 * 1024 * 1024 });
    system = await TestSystem.start({
      redisServer: await requireRedis(),
      stores: ['main'],
      configuration: {
        clusters: Object.fromEntries(
          NAMES.map((name) => [name, { store: 'main', endpoints: [...etcd.endpoints] }]),
        ),
      },
    });
    await system.runAll(['snapshot-worker', 'chunk-worker', 'storage-writer']);
  });
  afterAll(async () => {
    await system.stop();
    await etcd.stop();
  });

  it.each([
    ['restarted', () => system.redisServer.restart()],
    [
      'killed and started again',
      async () => {
        await system.redisServer.kill();
        await sleep(2000);
        await system.redisServer.restart();
      },
    ],
    [
      'frozen for some seconds',
      async () => {
        system.redisServer.pause();
        await sleep(4000);
        system.redisServer.resume();
      },
    ],
  ] as const)('is survived: %s', async (_how, befall) => {
    const backups = await Promise.all(NAMES.map((name) => QueuedBackup.add(system, name, 'main')));
    await backups[0]!.until((job) => job.data.attempt !== undefined);
    await befall();
    for (const backup of backups) expect(await backup.result()).toMatchObject({ proof: 'proven' });
    await Promise.all(backups.map((backup) => backup.close()));
    expect(system.services.map(({ hasEnded }) => hasEnded)).toEqual([false, false, false]);
  });

  it('leaves a store in which everything that was reported is there', async () => {
    const main = storeArguments(system.stores['main']!);
    expect(await runJson(['check', '--read-data', ...main])).toMatchObject({
      sound: true,
      snapshots: 3 * NAMES.length,
    });
  });
});
