import { describeWith, EtcdCluster, requireEtcd } from '@etcd-kloset/testing';
import { makeTestStore } from '../spec-support/test-store.ts';
import { backupCluster } from './backup.ts';

await describeWith(requireEtcd('3.5'), 'a cluster that nothing was ever written to', () => {
  it('is backed up and proven: it is at revision 1 without a row', async () => {
    const cluster = await EtcdCluster.start();
    const test = await makeTestStore();
    try {
      const summary = await backupCluster({
        store: test.cluster.store,
        ring: test.ring,
        cluster: 'prod',
        connection: { endpoints: cluster.endpoints },
      });
      expect(summary).toMatchObject({ proof: 'proven', encoding: 'rows', rows: { total: 0, new: 0 } });
    } finally {
      await cluster.stop();
      await test.remove();
    }
  });
});
