import { copyFile } from 'node:fs/promises';
import path from 'node:path';
import { snapshotName, tableName } from '../format/names.ts';
import {
  addEpoch,
  createMasterBundle,
  credentialRing,
  issueKeeperCredential,
  issueWriterCredential,
  ownerRing,
} from '../keys/index.ts';
import { listCluster } from '../store/cluster.ts';
import { readNote } from '../store/notes.ts';
import { checkStore } from './check-store.ts';
import { damage, flipBit } from './testing/damage.ts';
import { someRows } from './testing/plain-rows.ts';
import { putSnapshot, type SnapshotParts } from './testing/put-snapshot.ts';
import { makeTestStore, type TestStore } from './testing/test-store.ts';

const HOUR = (hour: number): Date => new Date(Date.UTC(2026, 0, 1, hour));

describe('a check with a key', () => {
  let test: TestStore;
  let first: SnapshotParts;

  beforeEach(async () => {
    test = await makeTestStore();
    first = await putSnapshot(test, { cluster: 'one', chunks: [someRows(2, 20)], time: HOUR(0) });
  });
  afterEach(() => test.remove());

  const rings = () => ({
    owner: test.ring,
    writer: credentialRing(issueWriterCredential(test.bundle)),
    'writer of one cluster': credentialRing(issueWriterCredential(test.bundle, 'one')),
    keeper: credentialRing(issueKeeperCredential(test.bundle)),
  });
  const record = ({ cluster, summary }: SnapshotParts): string => snapshotName(cluster.id, summary.id);

  it('finds nothing wrong with a sound store, whosever key it is', async () => {
    await putSnapshot(test, { cluster: 'two', chunks: [someRows(2, 3)], time: HOUR(1), attachment: 'x' });
    await putSnapshot(test, { cluster: 'one', chunks: [someRows(22, 3)], time: HOUR(2), kept: first });
    for (const ring of Object.values(rings())) {
      expect(await checkStore(test, { ring })).toMatchObject({ problems: [], warnings: [], snapshots: 3 });
    }
  });

  it('finds a record that was renamed, or replayed under another id', async () => {
    const second = await putSnapshot(test, { cluster: 'one', chunks: [someRows(2, 3)], time: HOUR(1) });
    const replayed = snapshotName(first.cluster.id, '20300101t000000000z-00000000');
    await copyFile(path.join(test.folder, record(first)), path.join(test.folder, replayed));
    const undo = await damage(test.folder, record(second), () => undefined);
    await copyFile(path.join(test.folder, record(first)), path.join(test.folder, record(second)));

    expect((await checkStore(test)).sound).toBe(true);
    for (const ring of Object.values(rings())) {
      const { problems } = await checkStore(test, { ring });
      expect(problems).toMatchObject([
        { object: record(second), problem: 'does-not-open', neededBy: [second.summary.id] },
        { object: replayed, problem: 'does-not-open', neededBy: ['20300101t000000000z-00000000'] },
      ]);
    }
    await undo();
  });

  it('finds the record, the note and the name of another cluster', async () => {
    const other = await putSnapshot(test, { cluster: 'two', chunks: [someRows(2, 3)], time: HOUR(1) });
    const stray = snapshotName(first.cluster.id, other.summary.id);
    await copyFile(path.join(test.folder, record(other)), path.join(test.folder, stray));
    const config = `clusters/${first.cluster.id}/config/00000001`;
    await damage(test.folder, config, () => undefined);
    await copyFile(
      path.join(test.folder, `clusters/${other.cluster.id}/config/00000001`),
      path.join(test.folder, config),
    );
    const { problems } = await checkStore(test, { ring: test.ring });
    expect(problems).toContainEqual(
      expect.objectContaining({ object: config, kind: 'config', problem: 'does-not-open', neededBy: [] }),
    );
    expect(problems).toContainEqual(expect.objectContaining({ object: stray, problem: 'does-not-open' }));
  });

  it('finds a table and a record that do not agree', async () => {
    const liar = await putSnapshot(test, {
      cluster: 'one',
      chunks: [someRows(2, 9)],
      time: HOUR(1),
      change: (parts) => ({
        ...parts,
        map: {
          ...parts.map,
          rowChunks: parts.map.rowChunks.map((chunk) => ({ ...chunk, plainBytes: chunk.plainBytes + 1 })),
        },
      }),
    });
    const { problems } = await checkStore(test, { ring: test.ring });
    expect(problems).toMatchObject([
      { object: record(liar), problem: 'inconsistent', neededBy: [liar.summary.id] },
    ]);
  });

  it('finds a live map that does not have the rows that the summary counts', async () => {
    const liar = await putSnapshot(test, {
      cluster: 'one',
      chunks: [someRows(2, 9)],
      time: HOUR(1),
      change: (parts) => ({
        ...parts,
        map: {
          ...parts.map,
          rowChunks: parts.map.rowChunks.map((chunk) => ({ ...chunk, live: Uint8Array.of(0xff, 0) })),
        },
      }),
    });
    const { problems } = await checkStore(test, { ring: test.ring });
    expect(problems).toMatchObject([{ object: record(liar), problem: 'inconsistent' }]);
  });

  it('finds an attachment whose chunk the record does not list', async () => {
    const liar = await putSnapshot(test, {
      cluster: 'one',
      chunks: [someRows(2, 9)],
      attachment: 'kind: EncryptionConfiguration',
      time: HOUR(1),
      change: (parts) => ({
        ...parts,
        needs: parts.needs.filter(({ digest }) => digest !== parts.summary.attachments[0]!.chunks[0]),
      }),
    });
    const { problems } = await checkStore(test, { ring: test.ring });
    expect(problems).toMatchObject([{ object: record(liar), problem: 'inconsistent' }]);
  });

  it('writes down what is damaged once, and not what is merely missing', async () => {
    const second = await putSnapshot(test, {
      cluster: 'one',
      chunks: [someRows(22, 9)],
      time: HOUR(1),
      kept: first,
    });
    const rotten = first.map.tables[0]!.digest;
    await damage(test.folder, tableName(first.cluster.id, rotten), (bytes) => flipBit(bytes, 50));
    await damage(test.folder, tableName(first.cluster.id, second.map.tables[1]!.digest), () => undefined);

    expect(await checkStore(test, { ring: test.ring, note: false })).toMatchObject({ noted: [] });
    const { ring } = { ring: credentialRing(issueWriterCredential(test.bundle, 'one')) };
    expect(await checkStore(test, { ring })).toMatchObject({ sound: false, noted: [rotten] });
    expect(await checkStore(test, { ring: test.ring })).toMatchObject({ sound: false, noted: [] });
    const { notes } = await listCluster(first.cluster);
    expect(notes).toHaveLength(1);
    expect((await readNote(first.cluster, notes[0]!)).objects).toEqual([rotten]);
  });

  it('goes on when the store takes no note, and says so', async () => {
    const rotten = first.map.tables[0]!.digest;
    await damage(test.folder, tableName(first.cluster.id, rotten), (bytes) => flipBit(bytes, 50));
    const { storage } = test;
    // A folder where the notes should be cannot be made when a file has its name.
    await storage.put(`clusters/${first.cluster.id}/notes`, Buffer.from('x'));
    const result = await checkStore(test, { ring: test.ring });
    expect(result).toMatchObject({ sound: false, noted: [] });
    expect(result.warnings).toContainEqual(expect.stringContaining('could not be written down'));
  });

  it('opens what an old credential can open, and warns of the rest', async () => {
    const old = credentialRing(issueWriterCredential(test.bundle));
    const bundle = addEpoch(test.bundle);
    const rotated = { ...test, bundle, ring: ownerRing(bundle) };
    await putSnapshot(rotated, { cluster: 'two', chunks: [someRows(2, 3)], time: HOUR(1) });
    const result = await checkStore(test, { ring: old });
    expect(result).toMatchObject({ sound: true, problems: [] });
    expect(result.warnings).toContainEqual(expect.stringContaining('key epoch 2'));
    expect(await checkStore(test, { ring: rotated.ring })).toMatchObject({ sound: true, warnings: [] });
  });

  it("refuses another store's key", async () => {
    const ring = ownerRing(createMasterBundle());
    await expect(checkStore(test, { ring })).rejects.toMatchObject({ code: 'key.wrong-store' });
  });

  it("refuses to read the data without the owner's key, before anything is read", async () => {
    const { owner: _, ...others } = rings();
    for (const ring of [undefined, ...Object.values(others)]) {
      let reads = 0;
      const checking = checkStore(test, { ring, readData: true, progress: () => reads++ });
      await expect(checking).rejects.toMatchObject({ code: 'key.needs-owner' });
      expect(reads).toBe(0);
    }
  });
});
