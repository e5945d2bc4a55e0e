import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { addEpoch, checkStore, ownerRing, readPlainRecord } from '@etcd-kloset/kloset';
import { importFile, openSnapshot, readAttachments, restoreToFile } from '@etcd-kloset/pipeline';
import { writeEtcdFile } from './support/etcd-file.ts';
import { makeTestStore, type TestStore } from './support/test-store.ts';

describe('a store whose keys were rotated', () => {
  let at: TestStore;
  beforeEach(async () => (at = await makeTestStore()));
  afterEach(() => at.remove());

  it('builds on nothing of the older key epoch, and keeps what is in it', async () => {
    const file = path.join(at.folder, 'etcd.db');
    const attached = path.join(at.folder, 'encryption.yaml');
    await writeFile(attached, 'kind: EncryptionConfiguration');
    const writes = Array.from({ length: 50 }, (_, i) => ({
      revision: i + 2,
      key: `/registry/pods/${i % 7}`,
      value: Buffer.from(`status ${i}`),
    }));
    await writeEtcdFile(file, writes);
    const rotated = ownerRing(addEpoch(at.bundle));
    let hour = 0;
    const takeIn = (ring: typeof rotated) =>
      importFile({
        store: at.store,
        ring,
        cluster: 'prod',
        file,
        attach: [attached],
        time: new Date(Date.UTC(2026, 0, 1, hour++)),
      });

    const old = await takeIn(at.owner);
    const first = await takeIn(rotated);
    const second = await takeIn(rotated);
    expect(first.rows).toEqual({ total: 50, new: 50 });
    expect(first.warnings).toEqual([expect.stringContaining('rotated')]);
    expect(second.rows).toEqual({ total: 50, new: 0 });
    expect(second.warnings).toEqual([]);

    const id = rotated.clusterIdOf('prod');
    const needsOf = async (snapshot: string): Promise<string[]> =>
      (await readPlainRecord({ store: at.store, id }, snapshot)).needs.map(({ digest }) => digest);
    const ofOld = new Set(await needsOf(old.id));
    expect((await needsOf(first.id)).filter((digest) => ofOld.has(digest))).toEqual([]);

    const result = await checkStore(at.store, { ring: rotated, readData: true });
    expect(result).toMatchObject({ sound: true, problems: [], warnings: [], snapshots: 3 });
    for (const snapshot of [old, first]) {
      const opened = await openSnapshot(at.store, rotated, snapshot.id);
      expect(await readAttachments(opened)).toHaveLength(1);
      await restoreToFile(opened, path.join(at.folder, `${snapshot.id}.db`));
    }
    await expect(openSnapshot(at.store, at.owner, first.id)).rejects.toMatchObject({ code: 'key.epoch' });
  });
});
