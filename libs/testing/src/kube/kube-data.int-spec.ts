import { hash } from 'node:crypto';
import { type EtcdClient, type KeyValue } from '../etcd/etcd-client.ts';
import { EtcdCluster } from '../etcd/etcd-cluster.ts';
import { describeWith } from '../tools/describe-with.ts';
import { requireEtcd } from '../tools/require-tools.ts';
import { churnKubeHour } from './churn-kube.ts';
import { fillKube } from './fill-kube.ts';
import { ENCRYPTED_PREFIX } from './render.ts';

const SCALE = 0.02;
const LIMIT_MS = 120_000;

async function everything(client: EtcdClient): Promise<readonly KeyValue[]> {
  return (await client.range('\0', { rangeEnd: '\0' })).kvs;
}

await describeWith(requireEtcd(), 'an etcd filled like that of Kubernetes', () => {
  const clusters: EtcdCluster[] = [];

  async function client(): Promise<EtcdClient> {
    const cluster = await EtcdCluster.start();
    clusters.push(cluster);
    return cluster.client();
  }

  afterEach(async () => {
    await Promise.all(clusters.splice(0).map((cluster) => cluster.stop()));
  });

  it(
    'holds the same keys and values for the same seed, also after an hour of churn',
    async () => {
      const contents = await Promise.all(
        [await client(), await client()].map(async (etcd) => {
          const state = await fillKube(etcd, { scale: SCALE, seed: 5 });
          await churnKubeHour(etcd, state);
          return (await everything(etcd)).map(
            ({ key, value, lease }) => `${key.toString()} ${hash('sha256', value)} ${lease}`,
          );
        }),
      );
      expect(contents[0]!.length).toBeGreaterThan(1000);
      expect(contents[0]).toEqual(contents[1]);
    },
    LIMIT_MS,
  );

  it(
    'writes a lot in an hour of churn but leaves few new rows, the rest compacted',
    async () => {
      const etcd = await client();
      const state = await fillKube(etcd, { scale: SCALE });
      const filled = state.lastRevision;
      const before = await everything(etcd);
      const report = await churnKubeHour(etcd, state);

      const after = await everything(etcd);
      const changed = after.filter(({ modRevision }) => modRevision > filled);
      expect(report.revision - filled).toBeGreaterThanOrEqual(BigInt(report.writes));
      expect(report.writes).toBeGreaterThan(changed.length * 3);
      expect(changed.length).toBeLessThan(after.length / 3);
      expect(after.length).toBeCloseTo(before.length, -2);
      const { compactRevision } = await etcd.hashKV();
      expect(compactRevision).toBeGreaterThan(filled);
      expect(compactRevision).toBeLessThan(report.revision);
    },
    LIMIT_MS,
  );

  it(
    'attaches events to leases and replaces all of them within an hour',
    async () => {
      const etcd = await client();
      const events = async (): Promise<readonly KeyValue[]> =>
        (await etcd.range('/registry/events/', { rangeEnd: '/registry/events0' })).kvs;
      const state = await fillKube(etcd, { scale: SCALE });
      const before = new Set((await events()).map(({ key }) => key.toString()));
      await churnKubeHour(etcd, state);
      const after = await events();
      expect(after.length).toBe(before.size);
      expect(after.filter(({ key }) => before.has(key.toString()))).toEqual([]);
      expect(after.filter(({ lease }) => lease === 0n)).toEqual([]);
    },
    LIMIT_MS,
  );

  it(
    'has its secrets encrypted when asked for, and nothing else',
    async () => {
      const etcd = await client();
      await fillKube(etcd, { scale: SCALE, encryptSecrets: true });
      const encrypted = (await everything(etcd)).filter(({ value }) =>
        value.subarray(0, ENCRYPTED_PREFIX.length).equals(Buffer.from(ENCRYPTED_PREFIX)),
      );
      const secrets = await etcd.range('/registry/secrets/', { rangeEnd: '/registry/secrets0' });
      expect(encrypted.map(({ key }) => key.toString())).toEqual(
        secrets.kvs.map(({ key }) => key.toString()),
      );
      expect(encrypted.length).toBeGreaterThan(100);
    },
    LIMIT_MS,
  );
});
