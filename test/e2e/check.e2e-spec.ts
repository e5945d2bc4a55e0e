import {
  checkStore,
  credentialRing,
  issueKeeperCredential,
  issueWriterCredential,
} from '@etcd-kloset/kloset';
import { backupCluster } from '@etcd-kloset/pipeline';
import { describeWith, EtcdCluster, requireEtcd, type EtcdClient } from '@etcd-kloset/testing';
import { makeTestStore, type TestStore } from './support/test-store.ts';

await describeWith(requireEtcd('3.5'), 'a check of backups of a live cluster', () => {
  let at: TestStore;
  let cluster: EtcdCluster;
  let client: EtcdClient;

  beforeAll(async () => {
    at = await makeTestStore();
    cluster = await EtcdCluster.start({ members: 3, fsync: false });
    client = await cluster.client();
  });
  afterAll(async () => {
    await cluster.stop();
    await at.remove();
  });

  const backup = () =>
    backupCluster({
      store: at.store,
      ring: at.owner,
      cluster: 'prod',
      connection: { endpoints: cluster.endpoints },
    });

  it("makes the members' own HashKV again for every snapshot, across compactions", async () => {
    const lease = await client.grantLease(3600);
    for (let round = 0; round < 3; round++) {
      for (let i = 0; i < 150; i++)
        await client.put(`/registry/pods/${i % 40}`, `round ${round}, write ${i}`);
      await client.put(`/registry/leases/${round}`, 'held', lease);
      await client.delete(`/registry/pods/${round}`);
      const { revision } = await client.status();
      await client.compact(revision - 20n, true);
      const summary = await backup();
      expect(summary).toMatchObject({ proof: 'proven' });
      expect(summary.hashKV).toHaveLength(3);
    }
    const result = await checkStore(at.store, { ring: at.owner, readData: true });
    expect(result).toMatchObject({ sound: true, problems: [], warnings: [], snapshots: 3 });
  });

  it('takes any key, and none', async () => {
    for (const ring of [
      undefined,
      credentialRing(issueWriterCredential(at.bundle)),
      credentialRing(issueWriterCredential(at.bundle, 'prod')),
      credentialRing(issueKeeperCredential(at.bundle)),
    ]) {
      expect(await checkStore(at.store, { ring })).toMatchObject({ sound: true, problems: [], warnings: [] });
    }
  });
});
