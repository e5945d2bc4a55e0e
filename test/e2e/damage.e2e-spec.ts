import { readdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import {
  checkStore,
  chunkName,
  configName,
  credentialRing,
  issueWriterCredential,
  KEY_FOLDER,
  listCluster,
  noteName,
  openKeyFiles,
  openStore,
  parseName,
  putNote,
  readPlainRecord,
  snapshotName,
  STORE_FILE,
  tableName,
  type CheckProblem,
  type SnapshotSummary,
} from '@etcd-kloset/kloset';
import {
  importFile,
  openSnapshot,
  readAttachments,
  restoreToFile,
  type ImportOptions,
  type OpenedSnapshot,
} from '@etcd-kloset/pipeline';
import { vandal, type Vandal } from './support/damage.ts';
import { writeEtcdFile, type EtcdWrite } from './support/etcd-file.ts';
import { makeTestStore, type TestStore } from './support/test-store.ts';

/** Bytes of no pattern, the same in every run. */
function noise(seed: number, length: number): Buffer {
  const bytes = Buffer.alloc(length);
  let state = seed * 2 + 1;
  for (let i = 0; i < length; i++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    bytes[i] = state >>> 24;
  }
  return bytes;
}

function writesUpTo(revision: number): EtcdWrite[] {
  return Array.from({ length: revision - 1 }, (_, i) => ({
    revision: i + 2,
    key: `/registry/configmaps/default/${(i + 2) % 61}`,
    value: i % 40 === 13 ? undefined : noise(i, 1500),
  }));
}

/** Two clusters: `alpha` with two snapshots that share a chunk, one with an attachment; `beta` kept as it is. */
describe('a damaged store', () => {
  let at: TestStore;
  let hand: Vandal;
  let a1: SnapshotSummary;
  let a2: SnapshotSummary;
  let b1: SnapshotSummary;
  /** Every object, and the snapshots that need it, as their records say. */
  let objects: Map<string, string[]>;
  /** One object of every use, by what it is. */
  let samples: Record<
    'shared rows' | 'own rows' | 'buckets' | 'attachment' | 'file' | 'table' | 'record' | 'note' | 'config',
    string
  >;
  const file = (name: string) => path.join(at.folder, name);
  const alpha = () => at.owner.clusterIdOf('alpha');
  const beta = () => at.owner.clusterIdOf('beta');

  const takeIn = (options: Partial<ImportOptions> & Pick<ImportOptions, 'cluster' | 'file'>) =>
    importFile({ store: at.store, ring: at.owner, ...options });
  const open = (id: string): Promise<OpenedSnapshot> => openSnapshot(at.store, at.owner, id);
  let outputs = 0;
  const restoreWhole = async (id: string): Promise<void> => {
    const snapshot = await open(id);
    await readAttachments(snapshot);
    await restoreToFile(snapshot, file(`restored-${outputs++}.db`));
  };
  const inFolder = async () => (await readdir(at.folder)).sort();

  beforeAll(async () => {
    at = await makeTestStore();
    hand = vandal(at.storeFolder);
    await writeEtcdFile(file('first.db'), writesUpTo(500));
    await writeEtcdFile(file('second.db'), writesUpTo(700));
    await writeEtcdFile(file('other.db'), writesUpTo(300), { withoutKeys: true });
    await writeFile(file('encryption.yaml'), 'kind: EncryptionConfiguration\n'.repeat(100));
    const attach = [file('encryption.yaml')];
    a1 = await takeIn({ cluster: 'alpha', file: file('first.db'), time: new Date('2026-02-01T00:00:00Z') });
    a2 = await takeIn({
      cluster: 'alpha',
      file: file('second.db'),
      time: new Date('2026-02-01T01:00:00Z'),
      attach,
    });
    b1 = await takeIn({ cluster: 'beta', file: file('other.db'), time: new Date('2026-02-01T02:00:00Z') });
    expect([a1, a2, b1].map(({ encoding }) => encoding)).toEqual(['rows', 'rows', 'opaque']);
    const cluster = { store: at.store, ring: at.owner, id: alpha() };
    const note = await putNote(cluster, { type: 'damaged', objects: [] }, new Date());
    ({ objects, samples } = await takeStock(note));
  });
  afterEach(() => hand.undo());
  afterAll(() => at.remove());

  async function takeStock(note: string): Promise<{ objects: typeof objects; samples: typeof samples }> {
    const all = new Map<string, string[]>();
    for await (const { name } of at.storage.list('')) all.set(name, []);
    for (const [id, snapshot] of [
      [alpha(), a1.id],
      [alpha(), a2.id],
      [beta(), b1.id],
    ] as const) {
      all.get(snapshotName(id, snapshot))!.push(snapshot);
      const { needs } = await readPlainRecord({ store: at.store, id }, snapshot);
      for (const { kind, digest } of needs)
        all.get(kind === 'chunk' ? chunkName(id, digest) : tableName(id, digest))!.push(snapshot);
      for (const [name, needed] of all)
        if (parseName(name).kind === 'store' || parseName(name).kind === 'key') needed.push(snapshot);
    }
    const { map: first } = await open(a1.id);
    const { map: second, summary } = await open(a2.id);
    const { map: opaque } = await open(b1.id);
    const shared = first.rowChunks[0]!.digest;
    return {
      objects: all,
      samples: {
        'shared rows': chunkName(alpha(), shared),
        'own rows': chunkName(alpha(), second.rowChunks.find(({ digest }) => digest !== shared)!.digest),
        buckets: chunkName(alpha(), first.bucketChunks[0]!.digest),
        attachment: chunkName(alpha(), summary.attachments[0]!.chunks[0]!),
        file: chunkName(beta(), opaque.rowChunks[0]!.digest),
        table: tableName(alpha(), first.tables[0]!.digest),
        record: snapshotName(alpha(), a1.id),
        note: noteName(alpha(), note),
        config: configName(alpha(), 1),
      },
    };
  }

  /** The check without a key names this object, the snapshots that need it, and nothing else. */
  async function expectNamed(name: string, problems: readonly CheckProblem['problem'][]): Promise<void> {
    const result = await checkStore(at.store);
    const found = result.problems.map(({ object, neededBy }) => ({ object, neededBy }));
    expect(found).toEqual([{ object: name, neededBy: objects.get(name) }]);
    expect(problems).toContain(result.problems[0]!.problem);
    expect(result.sound).toBe(false);
  }

  it('was sound before, to the last row', async () => {
    expect(await checkStore(at.store)).toMatchObject({ sound: true, objects: objects.size, snapshots: 3 });
    const all = await checkStore(at.store, { ring: at.owner, readData: true });
    expect(all).toMatchObject({ sound: true, problems: [], warnings: [], snapshots: 3 });
    for (const { id } of [a1, a2, b1]) await restoreWhole(id);
  });

  it('has a flipped bit found wherever it is, in every object', async () => {
    for (const name of objects.keys()) {
      const sound = await hand.read(name);
      for (const position of positions(name, sound.length)) {
        await hand.change(name, (bytes) => {
          bytes[position]! ^= 1 << (position % 8);
          return bytes;
        });
        // A bit of the version makes a record look like one from the future: it is named all the same.
        const versions = position === 3 || position === 4;
        await expectNamed(name, versions ? ['rotten', 'newer-format'] : ['rotten']);
        await hand.undo();
      }
    }
  });

  it('has an object found that is empty, cut off, longer, or gone', async () => {
    for (const name of objects.keys()) {
      const { kind } = parseName(name);
      const sized = kind === 'chunk' || kind === 'table';
      for (const keep of [0, 1, 8, 40, 0.5, -1]) {
        await hand.change(name, (bytes) =>
          bytes.subarray(0, keep === 0.5 ? bytes.length / 2 : keep < 0 ? bytes.length + keep : keep),
        );
        await expectNamed(name, sized ? ['wrong-size'] : ['rotten']);
        await hand.undo();
      }
      await hand.change(name, (bytes) => Buffer.concat([bytes, Buffer.of(0)]));
      await expectNamed(name, sized ? ['wrong-size'] : ['rotten']);
      await hand.undo();
      if (!sized && kind !== 'store' && kind !== 'key') continue;
      await hand.change(name, () => undefined);
      const { problems } = await checkStore(at.store);
      expect(problems).toMatchObject([{ kind, problem: 'missing', neededBy: objects.get(name) }]);
      await hand.undo();
    }
  });

  it('has two objects found whose contents were exchanged', async () => {
    const pairs = [
      [samples['shared rows'], samples['own rows']],
      [samples['shared rows'], samples.table],
      [samples.buckets, samples.file],
    ] as const;
    for (const [one, other] of pairs) {
      const [ofOne, ofOther] = [await hand.read(one), await hand.read(other)];
      await hand.change(one, () => ofOther);
      await hand.change(other, () => ofOne);
      const { problems } = await checkStore(at.store);
      const found = new Map(problems.map(({ object, neededBy }) => [object, neededBy]));
      expect(found).toEqual(new Map([one, other].map((name) => [name, objects.get(name)])));
      await hand.undo();
    }
  });

  it('restores no snapshot that needs what is damaged, and every other one', async () => {
    const short = (bytes: Buffer): Buffer => bytes.subarray(0, 100);
    const gone = (): undefined => undefined;
    for (const [use, changes, spared] of [
      ['shared rows', [flipInTheMiddle], b1],
      ['own rows', [flipInTheMiddle, short, gone], a1],
      ['buckets', [flipInTheMiddle], a2],
      ['attachment', [flipInTheMiddle, gone], undefined],
      ['file', [flipInTheMiddle, short], undefined],
      ['table', [flipInTheMiddle, gone], undefined],
      ['record', [flipInTheMiddle, short], a2],
      ['note', [flipInTheMiddle], a1],
      ['config', [flipInTheMiddle, gone], a1],
    ] as const) {
      const name = samples[use];
      for (const change of changes) {
        await hand.change(name, change);
        const before = await inFolder();
        for (const id of objects.get(name)!) {
          const code: unknown = expect.stringMatching(/^object\.(rotten|missing)$/);
          const message: unknown = expect.stringContaining(name);
          await expect(restoreWhole(id)).rejects.toMatchObject({ code, message });
        }
        expect(await inFolder()).toEqual(before);
        if (change === changes[0] && spared !== undefined) await restoreWhole(spared.id);
        await hand.undo();
      }
    }
  });

  it('does not open with a damaged kloset.json or key file, and says which it is', async () => {
    await hand.change(STORE_FILE, flipInTheMiddle);
    await expect(openStore(at.storage)).rejects.toMatchObject({ code: 'object.rotten' });
    await hand.undo();

    const key = [...objects.keys()].find((name) => parseName(name).kind === 'key')!;
    await hand.change(key, flipInTheMiddle);
    const keyFile = { name: key.slice(KEY_FOLDER.length), bytes: await hand.read(key) };
    const secrets = { identities: [], passphrases: ['open sesame'] };
    await expect(openKeyFiles([keyFile], secrets, at.store.id)).rejects.toMatchObject({
      code: 'object.rotten',
    });
  });

  it('opens no record that was renamed, replayed, or taken from another cluster', async () => {
    const replayed = '20300101t000000000z-0000abcd';
    const fromBeta = snapshotName(alpha(), b1.id);
    await hand.plant(snapshotName(alpha(), replayed), await hand.read(samples.record));
    await hand.plant(fromBeta, await hand.read(snapshotName(beta(), b1.id)));
    await hand.move(snapshotName(alpha(), a2.id), snapshotName(alpha(), '20260201t010000001z-00000000'));

    const { problems } = await checkStore(at.store, { ring: at.owner, note: false });
    const unopened = problems
      .filter(({ problem }) => problem === 'does-not-open')
      .map(({ object }) => object);
    expect(unopened.sort()).toEqual(
      [replayed, b1.id, '20260201t010000001z-00000000'].map((id) => snapshotName(alpha(), id)).sort(),
    );
    await expect(open(replayed)).rejects.toMatchObject({ code: 'seal.does-not-open' });
    await expect(open('20260201t010000001z-0')).rejects.toMatchObject({ code: 'seal.does-not-open' });
    await restoreWhole(a1.id);
  });

  it('tells the objects of another store from its own', async () => {
    const theirs = await makeTestStore();
    try {
      const source = { store: theirs.store, ring: theirs.owner, file: file('first.db') };
      const foreign = await importFile({
        ...source,
        cluster: 'alpha',
        time: new Date('2026-02-01T00:00:00Z'),
      });
      const snapshot = await openSnapshot(theirs.store, theirs.owner, foreign.id);
      const steal = async (name: string, as: string): Promise<void> =>
        hand.plant(as, await theirs.storage.get(name));
      // Their record and all it needs, in a folder of ours.
      const theirFolder = snapshot.cluster.id;
      await steal(snapshotName(theirFolder, foreign.id), snapshotName(alpha(), foreign.id));
      for (const { digest } of [...snapshot.map.rowChunks, ...snapshot.map.bucketChunks])
        await steal(chunkName(theirFolder, digest), chunkName(alpha(), digest));
      for (const { digest } of snapshot.map.tables)
        await steal(tableName(theirFolder, digest), tableName(alpha(), digest));

      expect((await checkStore(at.store)).sound).toBe(true);
      const { problems } = await checkStore(at.store, { ring: at.owner, note: false });
      const stolen = { problem: 'does-not-open', neededBy: [foreign.id] };
      expect(problems).toMatchObject([
        { object: snapshotName(alpha(), foreign.id), ...stolen },
        ...snapshot.map.tables.map(({ digest }) => ({ object: tableName(alpha(), digest), ...stolen })),
      ]);
      await expect(open(foreign.id)).rejects.toMatchObject({ code: 'seal.does-not-open' });
      await expect(openSnapshot(at.store, theirs.owner, a1.id)).rejects.toMatchObject({
        code: 'seal.does-not-open',
      });
      await expect(checkStore(at.store, { ring: theirs.owner })).rejects.toMatchObject({
        code: 'key.wrong-store',
      });
    } finally {
      await theirs.remove();
    }
  });

  it('is whole again after a check and the next backup, whatever was damaged', async () => {
    const writer = credentialRing(issueWriterCredential(at.bundle));
    for (const use of ['shared rows', 'table', 'attachment', 'record', 'config'] as const) {
      await hand.change(samples[use], use === 'record' ? () => Buffer.from('x') : flipInTheMiddle);
      const { noted } = await checkStore(at.store, { ring: writer });
      const digest = parseName(samples[use]).id;
      expect(noted).toEqual(use === 'record' || use === 'config' ? [] : [digest]);
      expect((await checkStore(at.store, { ring: writer })).noted).toEqual([]);

      const again = await takeIn({
        cluster: 'alpha',
        file: file('second.db'),
        attach: [file('encryption.yaml')],
      });
      const { needs } = await readPlainRecord({ store: at.store, id: alpha() }, again.id);
      expect(needs.map((need) => need.digest)).not.toContain(digest);
      const { problems } = await checkStore(at.store, { ring: at.owner, readData: true });
      expect(problems.map(({ object }) => object)).toEqual([samples[use]]);
      expect(problems[0]!.neededBy).not.toContain(again.id);
      await restoreWhole(again.id);
      await forget(again.id);
      await hand.undo();
    }
  });

  it('stores again what it cannot read of a table or does not find, without a check', async () => {
    for (const change of [flipInTheMiddle, () => undefined]) {
      await hand.change(samples.table, change);
      const warnings: string[] = [];
      const again = await takeIn({
        cluster: 'alpha',
        file: file('second.db'),
        warn: (sentence) => warnings.push(sentence),
      });
      expect(warnings).toContainEqual(expect.stringContaining('stored again'));
      expect(again.rows).toMatchObject({ total: 699, new: 499 });
      await restoreWhole(again.id);
      await forget(again.id);
      await hand.undo();
    }
  });

  /** Takes the newest backup out of the store again, so that each damage meets the same snapshots. */
  async function forget(id: string): Promise<void> {
    await at.storage.delete(snapshotName(alpha(), id));
    for await (const { name } of at.storage.list('')) if (!objects.has(name)) await at.storage.delete(name);
    expect((await listCluster({ store: at.store, id: alpha() })).snapshots).toEqual([a1.id, a2.id]);
  }
});

function flipInTheMiddle(bytes: Buffer): Buffer {
  bytes[bytes.length >> 1]! ^= 16;
  return bytes;
}

/** Every byte of a header, both ends, the middle, and a score of others that are the same in every run. */
function positions(name: string, length: number): Set<number> {
  const random = noise(name.length + length, 40);
  const anywhere = Array.from({ length: 12 }, (_, i) => random.readUInt16LE(i * 2) / 65_536);
  return new Set(
    [
      ...[0, 1, 2, 3, 4, 5, 8, 9, 12, 20, 25, 26],
      ...[length >> 1, length - 33, length - 32, length - 1],
      ...anywhere.map((share) => Math.floor(share * length)),
    ].filter((position) => position >= 0 && position < length),
  );
}
