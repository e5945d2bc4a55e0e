import { damage, flipBit } from '../check/testing/damage.ts';
import { makeTestStore, type TestStore } from '../check/testing/test-store.ts';
import { snapshotName } from '../format/names.ts';
import { credentialRing, issueWriterCredential } from '../keys/index.ts';
import { sealRecord } from '../objects/record-object.ts';
import { codeOf } from '../spec-support/malformed-bytes.ts';
import { sampleSummary } from '../spec-support/sample-summary.ts';
import { clusterByName } from './cluster.ts';
import { findSnapshot, listSnapshots, selectClusters } from './snapshots.ts';

const A = '20261124t190000000z-aaaa0001';
const B = '20261124t200000000z-bbbb0001';
const C = '20261124t200000000z-bbbb0002';
const D = '20261125t000000000z-dddd0001';

let test: TestStore;
beforeEach(async () => (test = await makeTestStore()));
afterEach(() => test.remove());

async function put(name: string, ...ids: readonly string[]): Promise<void> {
  const { id: cluster } = clusterByName(test.store, test.ring, name);
  for (const id of ids) {
    const summary = sampleSummary({ id, cluster: name });
    const parts = sealRecord(
      test.ring,
      cluster,
      summary,
      { tables: [], rowChunks: [], bucketChunks: [] },
      [],
    );
    await test.storage.put(snapshotName(cluster, id), parts);
  }
}
const find = async (reference: string, cluster?: string): Promise<string> =>
  (await findSnapshot(test.store, test.ring, reference, cluster)).id;

describe('finding a snapshot', () => {
  it('takes latest, a whole id, or the beginning of one, in any case', async () => {
    await put('prod', C, A, B);
    expect(await find('latest')).toBe(C);
    expect(await find(A)).toBe(A);
    expect(await find('20261124t19')).toBe(A);
    expect(await find('20261124T190000000Z-AAAA')).toBe(A);
    expect(await find(B)).toBe(B);
    const { cluster } = await findSnapshot(test.store, test.ring, A, 'prod');
    expect(cluster.id).toBe(test.ring.clusterIdOf('prod'));
  });

  it('says what several could be meant', async () => {
    await put('prod', A, B, C);
    expect(await codeOf(() => find('20261124t2'))).toBe('snapshot.ambiguous');
    await expect(find('20261124t2')).rejects.toThrow(`${B}, ${C}`);
  });

  it('says that there is none, and none like that', async () => {
    expect(await codeOf(() => find('latest'))).toBe('snapshot.none');
    await put('prod', A);
    expect(await codeOf(() => find('20261125'))).toBe('snapshot.not-found');
    expect(await codeOf(() => find('aaaa0001'))).toBe('snapshot.not-found');
    expect(['snapshot.none', 'store.no-such-cluster']).toContain(await codeOf(() => find('latest', 'test')));
  });

  it('takes latest for one cluster only, unless it is told which', async () => {
    await put('prod', A, B);
    await put('test', D);
    expect(await codeOf(() => find('latest'))).toBe('snapshot.ambiguous');
    expect(await find('latest', 'prod')).toBe(B);
    expect(await find('latest', 'test')).toBe(D);
    expect(await find('20261125')).toBe(D);
    expect(await codeOf(() => find('20261125', 'prod'))).toBe('snapshot.not-found');
    const writer = credentialRing(issueWriterCredential(test.bundle, 'test'));
    expect((await findSnapshot(test.store, writer, 'latest')).id).toBe(D);
    expect(await codeOf(() => findSnapshot(test.store, writer, 'latest', 'prod'))).toBe('key.wrong-cluster');
  });

  it('finds what cannot be read too: it is not passed over for an older one', async () => {
    await put('prod', A, B);
    await damage(test.folder, snapshotName(test.ring.clusterIdOf('prod'), B), (bytes) => flipBit(bytes, 60));
    expect(await find('latest')).toBe(B);
  });
});

describe('listing snapshots', () => {
  it('gives all of all clusters by time, and those that cannot be read apart', async () => {
    await put('prod', B, D);
    await put('test', A, C);
    const all = await selectClusters(test.store, test.ring);
    const list = await listSnapshots(all);
    expect(list.snapshots.map(({ summary }) => summary.id)).toEqual([A, B, C, D]);
    expect(list.snapshots.map(({ summary }) => summary.cluster)).toEqual(['test', 'prod', 'test', 'prod']);
    expect(list.unreadable).toEqual([]);

    const prod = test.ring.clusterIdOf('prod');
    await damage(test.folder, snapshotName(prod, B), (bytes) => flipBit(bytes, 60));
    // A record that was renamed, or put back under another id.
    await damage(test.folder, snapshotName(prod, D), () => undefined);
    await test.storage.put(
      snapshotName(prod, D),
      await test.storage.get(snapshotName(test.ring.clusterIdOf('test'), A)),
    );
    const damaged = await listSnapshots(all);
    expect(damaged.snapshots.map(({ summary }) => summary.id)).toEqual([A, C]);
    expect(damaged.unreadable.map(({ id, cluster }) => [id, cluster.id])).toEqual([
      [B, prod],
      [D, prod],
    ]);
    expect(damaged.unreadable.map(({ error }) => (error as { code: string }).code)).toEqual([
      'object.rotten',
      'seal.does-not-open',
    ]);
  });

  it('gives those of one cluster when one is named', async () => {
    await put('prod', B);
    await put('test', A);
    const list = await listSnapshots(await selectClusters(test.store, test.ring, 'prod'));
    expect(list.snapshots.map(({ summary }) => summary.id)).toEqual([B]);
  });
});
