import { readdir } from 'node:fs/promises';
import path from 'node:path';
import fc from 'fast-check';
import { isKlosetError } from '@etcd-kloset/errors';
import {
  readTable,
  sealTable,
  tableName,
  type RowChunk,
  type SnapshotMap,
  type TableSection,
} from '@etcd-kloset/kloset';
import { importFile, openSnapshot, restoreToFile, type OpenedSnapshot } from '@etcd-kloset/pipeline';
import { writeEtcdFile, type EtcdWrite } from './support/etcd-file.ts';
import { makeTestStore, type TestStore } from './support/test-store.ts';

function writes(from: number, to: number): EtcdWrite[] {
  return Array.from({ length: to - from }, (_, i) => ({
    revision: from + i,
    key: `/registry/pods/${(from + i) % 17}`,
    value: i % 9 === 4 ? undefined : Buffer.from(`value ${from + i}`),
  }));
}

/** Snapshots whose records and tables are sealed with the right keys and say anything: somebody stole a writer's. */
describe('a restore of a snapshot that was made to break it', () => {
  let at: TestStore;
  let sound: OpenedSnapshot;
  let tables: Map<string, TableSection[]>;

  beforeAll(async () => {
    at = await makeTestStore();
    const file = path.join(at.folder, 'etcd.db');
    for (const last of [60, 90]) {
      await writeEtcdFile(file, writes(2, last));
      await importFile({ store: at.store, ring: at.owner, cluster: 'prod', file });
    }
    sound = await openSnapshot(at.store, at.owner, 'latest');
    expect(sound.map.rowChunks).toHaveLength(2);
    tables = new Map();
    for (const { digest } of sound.map.tables) tables.set(digest, await readTable(sound.cluster, digest));
  });
  afterAll(() => at.remove());

  const anyNumber = fc.oneof(
    fc.constantFrom(0, 1, 2, 59, 0xffff, 2 ** 31, 2 ** 32, 2 ** 52, Number.MAX_SAFE_INTEGER),
    fc.nat(200),
  );
  const chunkChange = fc.oneof(
    fc.record({ rows: anyNumber }),
    fc.record({ section: anyNumber }),
    fc.record({ firstMain: anyNumber }),
    fc.record({ live: fc.uint8Array({ maxLength: 9 }) }),
    fc.constantFrom('digest' as const, 'table' as const).map((field) => ({ field })),
  );

  /** It fails with one of our errors, or gives what was backed up; and leaves nothing behind when it fails. */
  async function expectOrderly(snapshot: OpenedSnapshot): Promise<void> {
    const folder = (await readdir(at.folder)).sort();
    const output = path.join(at.folder, `out-${folder.length}.db`);
    try {
      await restoreToFile(snapshot, output);
    } catch (error) {
      if (!isKlosetError(error)) throw error;
      expect((await readdir(at.folder)).sort()).toEqual(folder);
    }
  }

  async function expectRefused(restoring: Promise<unknown>): Promise<void> {
    const outcome = await restoring.then(
      () => 'restored',
      (error: unknown) => (isKlosetError(error) ? 'refused' : error),
    );
    expect(outcome).toBe('refused');
    expect(await readdir(at.folder)).not.toContainEqual(expect.stringMatching(/never|partial/));
  }

  it('refuses a map that says anything of its chunks', () =>
    fc.assert(
      fc.asyncProperty(fc.nat(1), chunkChange, async (i, change) => {
        const rowChunks = sound.map.rowChunks.map((chunk, at): RowChunk => {
          if (at !== i) return chunk;
          if (!('field' in change)) return { ...chunk, ...change };
          return { ...chunk, [change.field]: sound.map.rowChunks[1 - i]![change.field] };
        });
        await expectOrderly({ ...sound, map: { ...sound.map, rowChunks } });
      }),
      { numRuns: 12 },
    ));

  it('refuses a map with chunks too many, too few, or in each other’s place', async () => {
    const { map } = sound;
    const [first, second] = map.rowChunks;
    const buckets = map.bucketChunks[0]!;
    const asRows = { ...first!, digest: buckets.digest };
    const changes: Partial<SnapshotMap>[] = [
      { rowChunks: [] },
      { rowChunks: [first!] },
      { rowChunks: [first!, second!, second!] },
      { rowChunks: [first!, asRows] },
      { bucketChunks: [] },
      { bucketChunks: [buckets, buckets] },
      { bucketChunks: [{ digest: first!.digest, size: first!.objectSize }] },
    ];
    for (const change of changes) {
      const restoring = restoreToFile(
        { ...sound, map: { ...map, ...change } },
        path.join(at.folder, 'never.db'),
      );
      await expectRefused(restoring);
    }
  });

  it('refuses a summary that says anything of the file', async () => {
    const { summary } = sound;
    const changes: Partial<typeof summary>[] = [
      ...[0, 3, 512, 1 << 30].map((pageSize) => ({ pageSize })),
      { statusHash: summary.statusHash ^ 1 },
      { rows: { total: 0, new: 0 } },
      { buckets: summary.buckets.map((each) => ({ ...each, sequence: '99999999999999999999' })) },
      { encoding: 'opaque' },
    ];
    for (const change of changes) {
      const restoring = restoreToFile(
        { ...sound, summary: { ...summary, ...change } },
        path.join(at.folder, 'never.db'),
      );
      await expectRefused(restoring);
    }
  });

  it('refuses a table that says anything of the rows', () =>
    fc.assert(
      fc.asyncProperty(
        fc.nat(1),
        fc.double({ min: 0, max: 0.99, noNaN: true }),
        fc.nat(255),
        async (i, where, value) => {
          const { table, section } = sound.map.rowChunks[i]!;
          const sections = tables.get(table)!.map((each, at) => {
            if (at !== section) return each;
            const columns = Uint8Array.from(each.columns);
            columns[Math.floor(where * columns.length)] = value;
            return { ...each, columns };
          });
          const forged = sealTable(sound.cluster, sections);
          await at.storage.put(tableName(sound.cluster.id, forged.digest), forged.parts);
          const rowChunks = sound.map.rowChunks.map((chunk) =>
            chunk.table === table ? { ...chunk, table: forged.digest } : chunk,
          );
          await expectOrderly({ ...sound, map: { ...sound.map, rowChunks } });
        },
      ),
      { numRuns: 12 },
    ));
});
