import { type ServiceName } from '@etcd-kloset/platform';
import { describeWith, EtcdCluster, fillKube, requireEtcd, requireRedis } from '@etcd-kloset/testing';
import { runJson } from '../support/command.ts';
import { QueuedBackup } from '../support/services/queued-backup.ts';
import { type ServiceProcess } from '../support/services/service-process.ts';
import { storeArguments } from '../support/services/test-store.ts';
import { TestSystem } from '../support/services/test-system.ts';

const WORKERS: readonly ServiceName[] = ['snapshot-worker', 'chunk-worker', 'storage-writer'];
/** One etcd under several names: each is backed up as a cluster of its own, from the beginning. */
const NAMES = Array.from({ length: 4 }, (_, i) => `cluster-${i}`);

await describeWith(requireEtcd('3.5'), 'services that are told to end under load', () => {
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
        limits: { drain: '1s' },
      },
    });
  });
  afterAll(async () => {
    await system.stop();
    await etcd.stop();
  });

  it('finish or hand back what they do: every backup is made once, and no try is used up', async () => {
    const first = await system.runAll(WORKERS);
    const backups = await Promise.all(NAMES.map((name) => QueuedBackup.add(system, name, 'main')));
    await backups[0]!.until((job) => job.data.attempt !== undefined);
    const exits: (number | null)[] = [];
    for (const service of first) {
      // Its successor is there before it goes, as in a rolling update.
      await system.run(service.service);
      exits.push(await service.stop());
    }
    expect(exits).toEqual([0, 0, 0]);
    const results = await Promise.all(backups.map((backup) => backup.result()));
    expect(results.map(({ proof }) => proof)).toEqual(NAMES.map(() => 'proven'));
    const jobs = await Promise.all(backups.map((backup) => backup.job()));
    // The one that ended it.
    expect(jobs.map(({ attemptsMade }) => attemptsMade)).toEqual(NAMES.map(() => 1));
    await Promise.all(backups.map((backup) => backup.close()));

    const main = storeArguments(system.stores['main']!);
    const snapshots = await runJson<{ cluster: string }[]>(['snapshots', ...main]);
    expect(snapshots.map(({ cluster }) => cluster).sort()).toEqual([...NAMES].sort());
    expect(await runJson(['check', '--read-data', ...main])).toMatchObject({ sound: true });
  });

  it('end at once when they have nothing to do', async () => {
    const idle = system.services.filter(({ hasEnded }) => !hasEnded);
    expect(await Promise.all(idle.map((service: ServiceProcess) => service.stop()))).toEqual([0, 0, 0]);
  });
});
