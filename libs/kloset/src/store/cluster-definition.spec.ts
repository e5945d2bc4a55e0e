import { checkStore } from '../check/check-store.ts';
import { damage, flipBit } from '../check/testing/damage.ts';
import { makeTestStore, type TestStore } from '../check/testing/test-store.ts';
import { configName } from '../format/names.ts';
import { addEpoch, credentialRing, issueWriterCredential, ownerRing } from '../keys/index.ts';
import { clusterByName, listCluster, type Cluster } from './cluster.ts';
import { ensureConfig, listClusters } from './cluster-config.ts';
import { MOST_DEFINITION_BYTES, readDefinition, writeDefinition } from './cluster-definition.ts';
import { putConfig } from './config-object.ts';

let test: TestStore;
let cluster: Cluster;
beforeEach(async () => {
  test = await makeTestStore();
  cluster = clusterByName(test.store, test.ring, 'prod');
});
afterEach(() => test.remove());

const now = new Date('2026-11-24T19:31:45.123Z');
const write = (definition: unknown, after?: number): Promise<number> =>
  writeDefinition(cluster, 'prod', { definition }, now, after);
const remove = (): Promise<number> => writeDefinition(cluster, 'prod', 'removed', now);
const spoil = (number: number) =>
  damage(test.folder, configName(cluster.id, number), (bytes) => flipBit(bytes, 40));
const configs = async () => (await listCluster(cluster)).configs;
async function ensure(): Promise<string[]> {
  const warnings: string[] = [];
  await ensureConfig(cluster, 'prod', await configs(), now, (warning) => warnings.push(warning));
  return warnings;
}

describe('the definition of a cluster', () => {
  it('comes back as it was written, and the newest counts', async () => {
    expect(await readDefinition(cluster)).toBeUndefined();
    expect(await write({ endpoints: ['a:2379'], schedule: { cron: '0 * * * *' }, ü: [1, null] })).toBe(1);
    expect(await readDefinition(cluster)).toEqual({
      number: 1,
      name: 'prod',
      created: now.toISOString(),
      definition: { endpoints: ['a:2379'], schedule: { cron: '0 * * * *' }, ü: [1, null] },
      removed: false,
      unreadable: [],
    });
    expect(await write({ endpoints: [] })).toBe(2);
    expect(await readDefinition(cluster)).toMatchObject({ number: 2, definition: { endpoints: [] } });
  });

  it('is taken away by a further configuration, and can come back', async () => {
    await write({ a: 1 });
    expect(await remove()).toBe(2);
    expect(await readDefinition(cluster)).toMatchObject({ number: 2, removed: true, definition: undefined });
    await write({ a: 2 });
    expect(await readDefinition(cluster)).toMatchObject({ number: 3, removed: false, definition: { a: 2 } });
  });

  it('is not in the name that a backup writes, which hides none', async () => {
    await ensure();
    expect(await readDefinition(cluster)).toMatchObject({ number: 1, definition: undefined, removed: false });
    await write({ a: 1 });
    // As a version writes it that knows of no definitions.
    await putConfig(cluster, 3, { name: 'prod', created: now.toISOString() });
    expect(await readDefinition(cluster)).toMatchObject({ number: 2, definition: { a: 1 } });
  });

  it('stays as it is when a backup finds the configuration whole, and names the cluster', async () => {
    await write({ a: 1 });
    expect(await ensure()).toEqual([]);
    expect(await configs()).toEqual(['00000001']);
    expect((await listClusters(test.store, test.ring)).map(({ name }) => name)).toEqual(['prod']);
  });

  it('is carried over when a backup writes a damaged configuration again', async () => {
    await write({ a: 1 });
    await write({ a: 2 });
    await spoil(2);
    expect(await readDefinition(cluster)).toMatchObject({ number: 1, unreadable: [2] });
    expect(await ensure()).toEqual([
      expect.stringMatching(/configuration 2 .* again as 3, with the definition of 1/),
    ]);
    expect(await readDefinition(cluster)).toMatchObject({
      number: 3,
      definition: { a: 1 },
      unreadable: [],
    });
    await remove();
    await putConfig(cluster, 5, { name: 'prod', created: now.toISOString() });
    await spoil(5);
    await ensure();
    expect(await readDefinition(cluster)).toMatchObject({ number: 6, removed: true });
  });

  it('is not touched by a backup whose listing is old', async () => {
    await write({ a: 1 });
    await spoil(1);
    await write({ a: 2 });
    await ensureConfig(cluster, 'prod', ['00000001'], now);
    await ensureConfig(cluster, 'prod', [], now);
    expect(await configs()).toEqual(['00000001', '00000002']);
    expect(await readDefinition(cluster)).toMatchObject({ number: 2, definition: { a: 2 } });
  });

  it('of a newer key epoch is passed over, and said to be there', async () => {
    await write({ a: 1 });
    const rotated = clusterByName(test.store, ownerRing(addEpoch(test.bundle)), 'prod');
    await writeDefinition(rotated, 'prod', { definition: { a: 2 } }, now);
    expect(await readDefinition(cluster)).toMatchObject({ definition: { a: 1 }, unreadable: [2] });
    expect(await readDefinition(rotated)).toMatchObject({ definition: { a: 2 }, unreadable: [] });
  });

  it('can be read and written with the writer key of that cluster', async () => {
    const writer = credentialRing(issueWriterCredential(test.bundle, 'prod'));
    const own = clusterByName(test.store, writer, 'prod');
    await writeDefinition(own, 'prod', { definition: { a: 1 } }, now);
    expect(await readDefinition(own)).toMatchObject({ definition: { a: 1 } });
    expect(await readDefinition(cluster)).toMatchObject({ definition: { a: 1 } });
  });

  it('passes a check, and a damaged one is named by it', async () => {
    await write({ a: 1 });
    expect((await checkStore(test.store, { ring: test.ring })).problems).toEqual([]);
    await spoil(1);
    const { problems } = await checkStore(test.store, { ring: test.ring });
    expect(problems.map(({ object }) => object)).toEqual([configName(cluster.id, 1)]);
  });
});

describe('a cluster that was taken away', () => {
  it('is not listed any more unless it has snapshots', async () => {
    await write({ a: 1 });
    expect(await listClusters(test.store, test.ring)).toHaveLength(1);
    await remove();
    expect(await listClusters(test.store, test.ring)).toEqual([]);
    await test.storage.put(
      `clusters/${cluster.id}/snapshots/20261124t193145123z-9f86d081`,
      Buffer.from('a record'),
    );
    expect((await listClusters(test.store, test.ring)).map(({ name }) => name)).toEqual(['prod']);
  });
});

describe('of several who change a definition', () => {
  it('at once one wins, and the others are told: nothing is written over', async () => {
    const outcomes = await Promise.allSettled([1, 2, 3, 4].map((a) => write({ a })));
    const won = outcomes.filter(({ status }) => status === 'fulfilled');
    const lost = outcomes.filter((each) => each.status === 'rejected');
    // Some of them may have begun when others had ended.
    expect(won.length).toBeGreaterThan(0);
    expect(await configs()).toHaveLength(won.length);
    for (const { reason } of lost) expect(reason).toMatchObject({ code: 'store.conflict', retryable: true });
  });

  it('the one who takes a number that is gone by then is told, whatever the moment', async () => {
    const put = cluster.store.storage.put.bind(cluster.store.storage);
    const slow: Cluster = {
      ...cluster,
      store: {
        ...cluster.store,
        storage: Object.assign(Object.create(cluster.store.storage) as typeof cluster.store.storage, {
          list: (prefix: string) => cluster.store.storage.list(prefix),
          put: async (name: string, parts: Uint8Array[]) => {
            await write({ a: 'first' });
            return put(name, parts);
          },
        }),
      },
    };
    const late = writeDefinition(slow, 'prod', { definition: { a: 'second' } }, now);
    await expect(late).rejects.toMatchObject({ code: 'store.conflict', retryable: true });
    expect(await readDefinition(cluster)).toMatchObject({ number: 1, definition: { a: 'first' } });
  });

  it('the one who looked before the other’s change is told', async () => {
    expect(await write({ a: 1 }, 0)).toBe(1);
    await expect(write({ a: 2 }, 0)).rejects.toMatchObject({ code: 'store.conflict' });
    expect(await write({ a: 2 }, 1)).toBe(2);
    await expect(write({ a: 3 }, 1)).rejects.toMatchObject({ code: 'store.conflict' });
    expect(await write({ a: 3 })).toBe(3);
  });
});

describe('a definition is refused', () => {
  it.each([
    ['that is none', undefined],
    ['that is null', null],
    ['that JSON cannot say', () => 1],
    ['that is larger than 256 KiB', { a: 'ü'.repeat(MOST_DEFINITION_BYTES / 2) }],
  ])('%s, and nothing is written', async (_, definition) => {
    await expect(write(definition)).rejects.toMatchObject({ code: 'store.bad-definition' });
    expect(await configs()).toEqual([]);
  });

  it('of another cluster than that of the folder', async () => {
    const writing = writeDefinition(cluster, 'test', { definition: {} }, now);
    await expect(writing).rejects.toMatchObject({ code: 'store.bad-definition' });
  });

  it('when the numbers are used up', async () => {
    await test.storage.put(configName(cluster.id, 99_999_999), Buffer.from('whatever'));
    await expect(write({})).rejects.toMatchObject({ code: 'store.bad-definition' });
  });

  it('but not at 256 KiB', async () => {
    expect(await write('x'.repeat(MOST_DEFINITION_BYTES - 2))).toBe(1);
    expect((await readDefinition(cluster))?.definition).toHaveLength(MOST_DEFINITION_BYTES - 2);
  });
});
