import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import {
  chunkName,
  clusterByName,
  createMasterBundle,
  createStore,
  ensureConfig,
  newId,
  ownerRing,
  sealRecord,
  snapshotName,
  tableName,
  type Cluster,
  type NeededObject,
  type SnapshotSummary,
} from '@etcd-kloset/kloset';
import { openStorage, type Storage } from '@etcd-kloset/storage';
import { clusterStates } from './cluster-states.ts';

const HOUR = 3_600_000;
const now = new Date('2026-11-24T20:00:00Z');

let folder: string;
let storage: Storage;
let cluster: Cluster;
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'kloset-states-'));
  storage = await openStorage(folder);
  const ring = ownerRing(createMasterBundle());
  cluster = clusterByName(await createStore(storage, ring.store, []), ring, 'prod');
  await ensureConfig(cluster, 'prod', [], now);
});
afterEach(async () => {
  await storage.close();
  await rm(folder, { recursive: true });
});

const nameOf = ({ kind, digest }: NeededObject): string =>
  (kind === 'chunk' ? chunkName : tableName)(cluster.id, digest);

/** A snapshot of `hours` ago that needs a chunk and a table of its own. */
async function put(hours: number, proof: SnapshotSummary['proof'] = 'proven') {
  const time = new Date(now.getTime() - hours * HOUR);
  const needs: NeededObject[] = [
    { kind: 'chunk', digest: `${hours}c`.padStart(64, '0'), size: 10 },
    { kind: 'table', digest: `${hours}f`.padStart(64, '0'), size: 5 },
  ];
  for (const object of needs) await storage.put(nameOf(object), Buffer.alloc(object.size));
  const summary: SnapshotSummary = {
    ...{ format: 1, id: newId(time), cluster: 'prod', time: time.toISOString(), source: 'file', proof },
    ...{
      etcd: { members: [], alarms: [] },
      encoding: 'rows',
      revision: 1,
      compactRevision: 0,
      pageSize: 4096,
    },
    ...{ rows: { total: 0, new: 0 }, buckets: [], statusHash: 0, stream: { bytes: 0, sha256: '' } },
    ...{ bytes: { stream: 0, added: 0 }, chunks: { new: 0, total: 0 }, hashKV: [], labels: {} },
    ...{ attachments: [], warnings: [], durationMs: 1, tool: { name: 'etcd-kloset', version: '0.1.0' } },
  };
  const map = { tables: [], rowChunks: [], bucketChunks: [] };
  await storage.put(
    snapshotName(cluster.id, summary.id),
    sealRecord(cluster.ring, cluster.id, summary, map, needs),
  );
  return { id: summary.id, chunk: nameOf(needs[0]!), table: nameOf(needs[1]!) };
}

async function state(maxAgeHours: number) {
  const { clusters } = await clusterStates(cluster.store, cluster.ring, {
    now,
    maxAgeMs: maxAgeHours * HOUR,
  });
  const { newest, newestProven, ...rest } = clusters[0]!;
  return { ...rest, newest: newest?.id, newestProven: newestProven?.id };
}

describe('the state of a cluster', () => {
  it('goes by its newest proven snapshot', async () => {
    const proven = await put(3);
    const newest = await put(1, 'unproven');
    expect(await state(4)).toEqual({
      cluster: 'prod',
      newest: newest.id,
      newestProven: proven.id,
      incomplete: [],
      ageMs: 3 * HOUR,
      state: 'ok',
    });
    expect(await state(2)).toMatchObject({ state: 'too-old' });
  });

  it('does not count a snapshot whose objects are gone or cut short', async () => {
    const oldest = await put(3);
    const middle = await put(2);
    const newest = await put(1);
    await storage.delete(newest.chunk);
    await storage.delete(middle.table);
    await storage.put(middle.table, Buffer.alloc(4));
    expect(await state(2.5)).toMatchObject({
      state: 'too-old',
      newest: newest.id,
      newestProven: oldest.id,
      incomplete: [
        { id: newest.id, missing: [newest.chunk] },
        { id: middle.id, missing: [middle.table] },
      ],
    });
    await storage.delete(oldest.chunk);
    expect(await state(5)).toMatchObject({ state: 'missing', newestProven: undefined });
  });
});
