import { rmSync, writeFileSync } from 'node:fs';
import { rename } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Staging } from '@etcd-kloset/jobs';
import {
  describeWith,
  EtcdCluster,
  mountSmallDisk,
  requireEtcd,
  requireRedis,
  type SmallDisk,
} from '@etcd-kloset/testing';
import { runJson } from '../support/command.ts';
import { fillRandom } from '../support/services/fill-random.ts';
import { QueuedBackup } from '../support/services/queued-backup.ts';
import { storeArguments } from '../support/services/test-store.ts';
import { TestSystem } from '../support/services/test-system.ts';

const MIB = 1024 * 1024;
const OF_BACKUP = 32 * MIB;
const OF_STORE = 48 * MIB;
const IN_TOTAL = 144 * MIB;
/** Of a snapshot worker that makes two backups at a time, the largest of all: 400 MiB each, as the command line takes. */
const MOST_RSS = 800 * MIB;

const probe = mountSmallDisk(1);
probe?.remove();

await describeWith(requireEtcd('3.5'), 'a store that fails for a while', () => {
  let etcd: EtcdCluster;
  let system: TestSystem;
  let staging: Staging;
  let disk: SmallDisk | undefined;

  beforeAll(async () => {
    etcd = await EtcdCluster.start();
    await fillRandom(await etcd.client(), 40 * MIB);
    disk = mountSmallDisk(64);
    const definition = (store: string) => ({ store, endpoints: [...etcd.endpoints] });
    system = await TestSystem.start({
      redisServer: await requireRedis(),
      stores: ['bad', 'good', 'full'],
      storeFolders: disk === undefined ? {} : { full: path.join(disk.folder, 'store') },
      configuration: {
        clusters: {
          'bad-1': definition('bad'),
          'bad-2': definition('bad'),
          good: definition('good'),
          full: definition('full'),
        },
        limits: { storeGiveUp: '1s', stagingBytes: '144MiB', stagingBytesPerBackup: '32MiB' },
        // Fewer slots than backups into the failing store.
        workers: { snapshot: { concurrency: 1 }, chunk: { concurrency: 2 } },
      },
    });
    staging = new Staging(system.redis, {
      totalBytes: IN_TOTAL,
      perStoreBytes: OF_STORE,
      perBackupBytes: OF_BACKUP,
      expiryMs: 3_600_000,
    });
    await system.runAll(['snapshot-worker', 'chunk-worker']);
  });
  afterAll(async () => {
    staging.close();
    await system.stop();
    await etcd.stop();
    disk?.remove();
  });

  it('delays its own backups and nobody else’s, while staging and memory stay within their bounds', async () => {
    const [writer] = await system.runAll(['storage-writer']);
    const folder = system.stores['bad']!.folder;
    // Slow: nothing is put, and the readers have filled staging as far as they may.
    writer!.pause();
    const bad = await Promise.all(['bad-1', 'bad-2'].map((name) => QueuedBackup.add(system, name, 'bad')));
    await bad[0]!.until(async () => (await staging.usage()).total > OF_BACKUP / 2);
    await sleep(1000);
    const { total, byBackup } = await staging.usage();
    expect(Math.max(...Object.values(byBackup))).toBeLessThanOrEqual(OF_BACKUP);
    expect(total).toBeLessThanOrEqual(OF_STORE);
    // etcd was not held up by that: its stream is in the spool.
    const progress = (await bad[0]!.progress())!;
    expect(progress.streamBytes).toBe(progress.expectedBytes);

    // Refusing: it is not there.
    await rename(folder, `${folder}-away`);
    writer!.resume();
    const good = await QueuedBackup.add(system, 'good', 'good');
    expect(await good.result()).toMatchObject({ proof: 'proven' });
    for (const backup of bad) expect((await backup.job()).finishedOn).toBeUndefined();
    expect((await staging.usage()).total).toBeLessThanOrEqual(OF_STORE);
    // Beside what lies in staging: what is on its way through a connection, and into the append-only file.
    const memory = await system.redis.client.info('memory');
    expect(Number(/used_memory_peak:(\d+)/.exec(memory)![1])).toBeLessThan(2 * IN_TOTAL);
    for (const service of system.services) expect(service.peakRss()).toBeLessThan(MOST_RSS);

    await rename(`${folder}-away`, folder);
    for (const backup of bad) expect(await backup.result()).toMatchObject({ proof: 'proven' });
    // An outage costs no try.
    for (const backup of bad) expect((await backup.job()).attemptsMade).toBe(1);
    await Promise.all([...bad, good].map((backup) => backup.close()));
    while ((await staging.usage()).total > 0) await sleep(50);
    expect(await runJson(['check', '--read-data', ...storeArguments(system.stores['bad']!)])).toMatchObject({
      sound: true,
      snapshots: 2,
    });
  });

  const itFull = probe === undefined ? it.skip : it;
  itFull('and is full [mounting needs root] delays its own backups alone, until there is room', async () => {
    const writer = system.services.find(({ service }) => service === 'storage-writer')!;
    const filler = path.join(disk!.folder, 'filler');
    writeFileSync(filler, Buffer.alloc(58 * MIB));
    const full = await QueuedBackup.add(system, 'full', 'full');
    await writer.untilSaid(
      ({ store, error }) =>
        store === 'full' && (error as { code?: string } | undefined)?.code === 'storage.full',
    );
    const good = await QueuedBackup.add(system, 'good', 'good');
    expect(await good.result()).toMatchObject({ proof: 'proven' });
    expect((await full.job()).finishedOn).toBeUndefined();

    rmSync(filler);
    expect(await full.result()).toMatchObject({ proof: 'proven' });
    expect((await full.job()).attemptsMade).toBe(1);
    await Promise.all([full, good].map((backup) => backup.close()));
    expect(await runJson(['check', '--read-data', ...storeArguments(system.stores['full']!)])).toMatchObject({
      sound: true,
      snapshots: 1,
    });
  });
});
