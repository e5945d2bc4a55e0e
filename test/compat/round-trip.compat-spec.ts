import path from 'node:path';
import { backupCluster, importFile, openSnapshot, restoreToFile } from '@etcd-kloset/pipeline';
import { describeWith, ETCD_VERSIONS, EtcdCluster, requireEtcd, RestoredEtcd } from '@etcd-kloset/testing';
import { makeTestStore } from '../e2e/support/test-store.ts';

for (const version of ETCD_VERSIONS) {
  await describeWith(requireEtcd(version), `etcd ${version}`, (tools) => {
    it('is backed up, proven, restored with its own tool and equal', async () => {
      const at = await makeTestStore();
      const cluster = await EtcdCluster.start({ version, members: 3 });
      try {
        const client = await cluster.client();
        for (let round = 0; round < 60; round++) {
          await client.txn(
            Array.from({ length: 50 }, (_, k) => ({
              key: `/registry/configmaps/default/cm-${(round * 7 + k) % 400}`,
              value: `round ${round} `.repeat(40),
            })),
          );
          if (round % 9 === 8) await client.delete(`/registry/configmaps/default/cm-${round}`);
        }
        const lease = await client.grantLease(3600);
        await client.put('/leased', 'value', lease);
        const { revision } = await client.status();
        await client.compact(revision - 20n, true);

        const connection = { endpoints: cluster.endpoints };
        const options = { store: at.store, ring: at.owner, cluster: version, connection };
        const first = await backupCluster(options);
        expect(first).toMatchObject({ proof: 'proven', encoding: 'rows' });
        expect(first.hashKV).toHaveLength(3);
        await client.put('/one/more', 'row');
        const second = await backupCluster(options);
        expect(second).toMatchObject({ proof: 'proven', rows: { new: 1 } });

        const saved = path.join(at.folder, 'saved.db');
        // Only one member may be named for a snapshot.
        await cluster.etcdctl(['snapshot', 'save', saved], { member: 0 });
        const imported = await importFile({ ...options, file: saved });
        expect(imported.statusHash).toBe(second.statusHash);

        const output = path.join(at.folder, 'restored.db');
        await restoreToFile(await openSnapshot(at.store, at.owner, second.id), output);
        const restored = await RestoredEtcd.fromFile(tools, output);
        try {
          const { hash } = await restored.client.hashKV(BigInt(second.revision));
          expect(hash).toBe(second.hashKV[0]!.hash);
          await restored.client.put('/after', 'the restore');
        } finally {
          await restored.stop();
        }
      } finally {
        await cluster.stop();
        await at.remove();
      }
    });
  });
}
