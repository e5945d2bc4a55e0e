import { keys, type RedisHandle } from '@etcd-kloset/jobs';
import { describeWith, requireRedis } from '@etcd-kloset/testing';
import { type BackupsQueue, type Queues } from '../backups/queues.ts';
import { type SnapshotView } from '../contract/schemas/snapshot.ts';
import { tellFoundSnapshots } from './tell-found.ts';
import { type Scan, type StoreState } from './store-views.ts';
import { type BackupsQueueOnRedis, startBackupsQueue } from '../spec-support/backups-queue.ts';

await describeWith(requireRedis(), 'a look through a store', (program) => {
  let started: BackupsQueueOnRedis;
  let redis: RedisHandle;
  let queue: BackupsQueue;
  beforeAll(async () => {
    started = await startBackupsQueue(program);
    ({ redis, queue } = started);
  });
  afterAll(() => started.stop());

  const look = async (times: readonly string[]): Promise<void> => {
    const snapshots = new Map(times.map((time) => [idOf(time), viewOf(time)]));
    const contents = { clusters: new Map([['folder', { cluster: 'a', snapshots }]]), unreadable: new Set() };
    const now = { name: 'main', contents, error: undefined } as unknown as StoreState;
    const queues = { backups: new Map([['main', queue]]) } as unknown as Queues;
    await tellFoundSnapshots({ redis, queues }, { now } as Scan);
  };
  const told = async (): Promise<string[]> =>
    (await redis.client.xrange(keys.events(redis.prefix), '-', '+')).map(
      ([, fields]) => (JSON.parse(fields[5]!) as { data: { snapshot: string } }).data.snapshot,
    );

  it('tells once of each snapshot that others put there, of one that began before younger ones too', async () => {
    const [old, slow, ours, next] = [
      '2026-11-23T00:00:00.000Z',
      '2026-11-24T10:00:00.000Z',
      '2026-11-24T10:05:00.000Z',
      '2026-11-24T11:00:00.000Z',
    ];
    await look([old]);
    expect(await told()).toEqual([]);
    await look([old, ours]);
    expect(await told()).toEqual([idOf(ours)]);
    await look([old, slow, ours]);
    await look([old, slow, ours, next]);
    await look([old, slow, ours, next]);
    expect(await told()).toEqual([ours, slow, next].map(idOf));
  });
});

/** As the store makes them. */
function idOf(time: string): string {
  return `${time.toLowerCase().replaceAll(/[-:.]/g, '')}-00000000`;
}

function viewOf(time: string): SnapshotView {
  return { id: idOf(time), cluster: 'a', store: 'main', time, proof: 'proven' } as SnapshotView;
}
