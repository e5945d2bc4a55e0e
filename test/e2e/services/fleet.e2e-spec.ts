import { setTimeout as sleep } from 'node:timers/promises';
import { type CloudEvent, openQueue, readEvents } from '@etcd-kloset/jobs';
import { describeWith, EtcdCluster, requireEtcd, requireRedis } from '@etcd-kloset/testing';
import { runJson } from '../support/command.ts';
import { backupThroughApi } from '../support/services/api-calls.ts';
import { storeArguments } from '../support/services/test-store.ts';
import { TestSystem } from '../support/services/test-system.ts';

/** One etcd under several names: each is backed up as a cluster of its own, from the beginning. */
const NAMES = Array.from({ length: 20 }, (_, i) => `cluster-${String(i).padStart(2, '0')}`);
const GREEDY = NAMES[0]!;

await describeWith(requireEtcd('3.5'), 'twenty small clusters that are due in the same minute', () => {
  let etcd: EtcdCluster;
  let system: TestSystem;

  beforeAll(async () => {
    etcd = await EtcdCluster.start();
    const client = await etcd.client();
    for (let i = 0; i < 300; i++) await client.put(`/registry/pods/default/p-${i}`, `pod ${i}`);
    const definition = { store: 'main', endpoints: [...etcd.endpoints], schedule: { cron: '0 3 * * *' } };
    system = await TestSystem.start({
      redisServer: await requireRedis(),
      stores: ['main'],
      configuration: { clusters: Object.fromEntries(NAMES.map((name) => [name, definition])) },
    });
    await system.runAll(['api', 'snapshot-worker', 'chunk-worker', 'storage-writer']);
  });
  afterAll(async () => {
    await system.stop();
    await etcd.stop();
  });

  /** Their schedules are due now instead of at night. */
  async function letTimeCome(): Promise<void> {
    const requests = openQueue(system.redis, 'requests');
    while ((await requests.getJobSchedulersCount()) < NAMES.length) await sleep(50);
    for (const job of await requests.getDelayed()) await job.promote();
    await requests.close();
  }

  it('are all backed up, once each, and in turn: one whose team asks for more waits for all others', async () => {
    const backups = openQueue(system.redis, 'backups.main');
    await backups.pause();
    await letTimeCome();
    while ((await backups.getWaitingCount()) < NAMES.length) await sleep(50);
    await backups.resume();

    const stop = new AbortController();
    const told: CloudEvent[] = [];
    let more: Promise<unknown> | undefined;
    for await (const { event } of readEvents(system.redis, { from: '0', signal: stop.signal })) {
      told.push(event);
      if (event.type !== 'backup.committed') continue;
      if (event.subject === GREEDY) more ??= backupThroughApi(system, GREEDY);
      if (told.filter(({ type }) => type === 'backup.committed').length === NAMES.length + 1) stop.abort();
    }
    await more;
    await backups.close();

    const ofType = (type: CloudEvent['type']): string[] =>
      told.filter((event) => event.type === type).map(({ subject }) => subject);
    expect(ofType('backup.committed').sort()).toEqual([GREEDY, ...NAMES].sort());
    expect(ofType('backup.failed')).toEqual([]);
    // It came back when all others were still waiting, and was taken when none was.
    const started = ofType('backup.started');
    expect(new Set(started.slice(0, NAMES.length))).toEqual(new Set(NAMES));
    expect(started.slice(NAMES.length)).toEqual([GREEDY]);

    const main = storeArguments(system.stores['main']!);
    const snapshots = await runJson<{ cluster: string; proof: string }[]>(['snapshots', ...main]);
    expect(snapshots.map(({ cluster }) => cluster).sort()).toEqual([GREEDY, ...NAMES].sort());
    expect(new Set(snapshots.map(({ proof }) => proof))).toEqual(new Set(['proven']));
  });
});
