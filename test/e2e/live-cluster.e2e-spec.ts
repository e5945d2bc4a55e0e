import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { backupCluster, openSnapshot, restoreToFile } from '@etcd-kloset/pipeline';
import { type SnapshotSummary } from '@etcd-kloset/kloset';
import {
  describeWith,
  EtcdCluster,
  requireEtcd,
  RestoredEtcd,
  run,
  type EtcdClient,
} from '@etcd-kloset/testing';
import { makeTestStore, type TestStore } from './support/test-store.ts';

await describeWith(requireEtcd('3.5'), 'a live cluster', (tools) => {
  let at: TestStore;
  let cluster: EtcdCluster;
  let client: EtcdClient;
  const file = (name: string) => path.join(at.folder, name);

  const backup = (options: Partial<Parameters<typeof backupCluster>[0]> = {}): Promise<SnapshotSummary> =>
    backupCluster({
      store: at.store,
      ring: at.owner,
      cluster: 'prod',
      connection: { endpoints: cluster.endpoints },
      ...options,
    });

  beforeAll(async () => {
    at = await makeTestStore();
    cluster = await EtcdCluster.start();
    client = await cluster.client();
  });
  afterAll(async () => {
    await cluster.stop();
    await at.remove();
  });

  it('comes back from a restore with the hash, the revision and the HashKV it had', async () => {
    for (let i = 0; i < 500; i++)
      await client.put(`/registry/pods/default/pod-${i % 120}`, `status ${i} `.repeat(50));
    await client.delete('/registry/pods/default/pod-7');
    const lease = await client.grantLease(3600);
    await client.put('/registry/events/default/e1', 'an event', lease);
    await client.compact(300n, true);
    await client.put('/other/key', 'x'.repeat(200_000));
    const before = await client.hashKV();

    const summary = await backup();
    expect(summary).toMatchObject({ proof: 'proven', encoding: 'rows', compactRevision: 300 });
    expect(BigInt(summary.revision)).toBe((await client.status()).revision);

    const saved = file('etcdctl.db');
    await cluster.etcdctl(['snapshot', 'save', saved]);
    const original = await statusOf(saved);
    const restored = await restoreToFile(
      await openSnapshot(at.store, at.owner, summary.id),
      file('restored.db'),
    );
    const ours = await statusOf(restored.file);
    expect({ hash: ours.hash, revision: ours.revision, totalKey: ours.totalKey }).toEqual({
      hash: original.hash,
      revision: original.revision,
      totalKey: original.totalKey,
    });
    expect(ours.hash).toBe(summary.statusHash);

    const again = await RestoredEtcd.fromFile(tools, restored.file);
    try {
      const after = await again.client.hashKV(BigInt(summary.revision));
      expect(after.hash).toBe(before.hash);
      expect(after.hash).toBe(summary.hashKV[0]!.hash);
      const { kvs } = await again.client.range('/registry/events/default/e1');
      expect(kvs[0]!.lease).toBe(lease);
      await again.client.put('/written/after', 'the restored etcd takes writes');
    } finally {
      await again.stop();
    }
  });

  it('is proven ten times in a row while writes, compactions and leases go on', async () => {
    const life = { over: false };
    let writes = 0;
    const writer = (async () => {
      while (!life.over) {
        const lease = await client.grantLease(600);
        await client.txn([
          { key: `/registry/pods/default/pod-${writes % 300}`, value: `status ${writes} `.repeat(100) },
          { key: `/registry/events/default/e-${writes}`, value: 'event'.repeat(20), lease },
        ]);
        if (writes % 10 === 9) await client.delete(`/registry/events/default/e-${writes - 5}`);
        if (writes % 25 === 24) await client.revokeLease(lease);
        const { revision } = await client.status();
        if (writes % 100 === 99 && revision > 4000n)
          await client.compact(revision - 2000n, writes % 200 === 199);
        writes++;
      }
    })();
    const proofs: string[] = [];
    for (let i = 0; i < 10; i++) {
      const { proof, proofReason } = await backup();
      proofs.push(`${proof} ${proofReason ?? ''}`.trim());
    }
    life.over = true;
    await writer;
    expect(proofs).toEqual(Array.from({ length: 10 }, () => 'proven'));
    expect(writes).toBeGreaterThan(20);
  });

  it('adds about nothing after a defragmentation, which moves every page', async () => {
    await backup();
    await client.put('/registry/pods/default/pod-1', 'one change');
    const usual = await backup();
    await client.defragment();
    await client.put('/registry/pods/default/pod-1', 'one more change');
    const after = await backup();
    expect(after.rows.new).toBe(1);
    expect(after.bytes.added).toBeLessThan(usual.bytes.added * 2);
  });

  it('keeps a parent even when a restore gives its revisions to other rows', async () => {
    const summary = await backup();
    const restored = await restoreToFile(await openSnapshot(at.store, at.owner, summary.id), file('fork.db'));
    const fork = await RestoredEtcd.fromFile(tools, restored.file);
    try {
      // The same revisions, other content.
      for (let i = 0; i < 5; i++) await client.put(`/fork/${i}`, `original ${i}`);
      await backup();
      for (let i = 0; i < 5; i++) await fork.client.put(`/fork/${i}`, `forked ${i}`);
      const forked = await backup({ connection: { endpoints: [fork.member.endpoint] } });
      expect(forked.proof).toBe('proven');
      expect(forked.rows.new).toBe(5);
    } finally {
      await fork.stop();
    }
  });

  it('is proven when it was compacted at its very last revision, and nothing has been written since', async () => {
    const { revision } = await client.status();
    await client.compact(revision, true);
    expect(await backup()).toMatchObject({ proof: 'proven', compactRevision: Number(revision) });
    await client.put('/k', 'goes on');
  });

  it('asks nobody, or the source alone, when told so, and says that it is not proven', async () => {
    expect(await backup({ proof: 'none' })).toMatchObject({ proof: 'unproven', hashKV: [] });
    // A cluster of one: the source is its quorum.
    expect(await backup({ proof: 'source' })).toMatchObject({ proof: 'proven' });
  });

  it('tells when values were encrypted by Kubernetes, and with which key', async () => {
    await client.put('/registry/secrets/default/s1', 'k8s:enc:aescbc:v1:key-2026:\u0001\u0002cipher');
    const { kubernetes } = await backup();
    expect(kubernetes?.encrypted).toEqual([
      { provider: 'aescbc', key: 'key-2026', resources: ['secrets'], values: 1 },
    ]);
    await client.delete('/registry/secrets/default/s1');
  });

  it('ends at once when it is cancelled, and leaves a store that goes on working', async () => {
    const cancel = new AbortController();
    const running = backup({ signal: cancel.signal });
    await sleep(30);
    cancel.abort(new Error('enough'));
    await expect(running).rejects.toThrow();
    expect((await backup()).proof).toBe('proven');
  });

  async function statusOf(snapshot: string): Promise<{ hash: number; revision: number; totalKey: number }> {
    const { stdout } = await run(tools.etcdutl!, ['snapshot', 'status', snapshot, '-w', 'json']);
    return JSON.parse(stdout) as { hash: number; revision: number; totalKey: number };
  }
});
