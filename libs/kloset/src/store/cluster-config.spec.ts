import { damage, flipBit } from '../check/testing/damage.ts';
import { makeTestStore, type TestStore } from '../check/testing/test-store.ts';
import { configName, snapshotName } from '../format/names.ts';
import { addEpoch, credentialRing, issueWriterCredential, ownerRing } from '../keys/index.ts';
import { sealObject } from '../objects/metadata-object.ts';
import { sealRecord } from '../objects/record-object.ts';
import { codeOf } from '../spec-support/malformed-bytes.ts';
import { sampleSummary } from '../spec-support/sample-summary.ts';
import { clusterIds, ensureConfig, listClusters, openConfig, reachableClusters } from './cluster-config.ts';
import { clusterByName, listCluster } from './cluster.ts';

let test: TestStore;
beforeEach(async () => (test = await makeTestStore()));
afterEach(() => test.remove());

const now = new Date('2026-11-24T19:31:45.123Z');
const clusterOf = (name: string, ring = test.ring) => clusterByName(test.store, ring, name);
const ensure = async (name: string, ring = test.ring): Promise<string[]> => {
  const cluster = clusterOf(name, ring);
  await ensureConfig(cluster, name, (await listCluster(cluster)).configs, now);
  return [...(await listCluster(cluster)).configs];
};
const namesFor = async (ring = test.ring): Promise<string[]> =>
  (await listClusters(test.store, ring)).map(({ name }) => name);
const spoil = (name: string, number: number) =>
  damage(test.folder, configName(clusterOf(name).id, number), (bytes) => flipBit(bytes, 40));

describe('the name of a cluster', () => {
  it('is written once, and listed by name', async () => {
    expect(await ensure('b prod')).toEqual(['00000001']);
    expect(await ensure('b prod')).toEqual(['00000001']);
    await ensure('a test');
    await ensure('c ü');
    expect(await namesFor()).toEqual(['a test', 'b prod', 'c ü']);
    expect(await clusterIds(test.store)).toEqual(
      ['a test', 'b prod', 'c ü'].map((name) => clusterOf(name).id).sort(),
    );
  });

  it('is written again under the next number when it is damaged, and then counts', async () => {
    await ensure('prod');
    await spoil('prod', 1);
    expect(await ensure('prod')).toEqual(['00000001', '00000002']);
    expect(await ensure('prod')).toEqual(['00000001', '00000002']);
    expect(await namesFor()).toEqual(['prod']);
    await spoil('prod', 2);
    expect(await ensure('prod')).toEqual(['00000001', '00000002', '00000003']);
  });

  it('is left alone when it is of a newer key epoch', async () => {
    const rotated = ownerRing(addEpoch(test.bundle));
    await ensure('prod', rotated);
    expect(await ensure('prod')).toEqual(['00000001']);
  });

  it('is taken from an older configuration or a snapshot when the newest cannot be read, else it is the folder’s', async () => {
    await ensure('prod');
    const { id } = clusterOf('prod');
    await test.storage.put(configName(id, 2), Buffer.from('not sealed'));
    expect(await namesFor()).toEqual(['prod']);
    await spoil('prod', 1);
    expect(await namesFor()).toEqual([id]);
    const summary = sampleSummary({ cluster: 'prod' });
    const parts = sealRecord(test.ring, id, summary, { tables: [], rowChunks: [], bucketChunks: [] }, []);
    await test.storage.put(snapshotName(id, summary.id), parts);
    expect(await namesFor()).toEqual(['prod']);
  });

  it('is not missed where a first backup is under way: the folder is left out', async () => {
    await test.storage.put(`clusters/${clusterOf('new').id}/chunks/${'a'.repeat(64)}`, Buffer.from('x'));
    expect(await namesFor()).toEqual([]);
  });

  it('is seen by a writer of one cluster for its own alone', async () => {
    await ensure('prod');
    await ensure('test');
    const writer = credentialRing(issueWriterCredential(test.bundle, 'prod'));
    expect(await namesFor(writer)).toEqual(['prod']);
    expect(await reachableClusters(test.store, writer)).toEqual([clusterOf('prod').id]);
    expect(await namesFor(credentialRing(issueWriterCredential(test.bundle)))).toEqual(['prod', 'test']);
  });

  it.each(['{', 'null', '{"format":1}', '{"format":2,"name":"x","created":"y"}'])(
    'is malformed when it reads %s',
    async (plain) => {
      const { id } = clusterOf('prod');
      const kind = { magic: 'KLG', kind: 'config', id: '00000001' } as const;
      const bytes = Buffer.concat(sealObject(test.ring, id, kind, [Buffer.from(plain)]));
      expect(await codeOf(() => openConfig(clusterOf('prod'), '00000001', bytes))).toBe('object.malformed');
    },
  );

  it('does not open under another number', async () => {
    await ensure('prod');
    const bytes = await test.storage.get(configName(clusterOf('prod').id, 1));
    expect(openConfig(clusterOf('prod'), '00000001', bytes)).toBe('prod');
    expect(await codeOf(() => openConfig(clusterOf('prod'), '00000002', bytes))).toBe('seal.does-not-open');
  });
});
