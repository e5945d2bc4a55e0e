import { encodeRowsPayload } from '../format/rows-payload.ts';
import { chunkName, snapshotName } from '../format/names.ts';
import { encodeColumns } from '../format/table.ts';
import { addEpoch, ownerRing } from '../keys/index.ts';
import { checkStore } from './check-store.ts';
import { columnsOf, rawRows, someRows } from './testing/plain-rows.ts';
import {
  putChunk,
  putSnapshot,
  type PutSnapshotOptions,
  type SnapshotParts,
} from './testing/put-snapshot.ts';
import { makeTestStore, type TestStore } from './testing/test-store.ts';

const TIME = new Date('2026-01-01T00:00:00Z');

describe('a check of the data', () => {
  let test: TestStore;
  beforeEach(async () => (test = await makeTestStore()));
  afterEach(() => test.remove());

  const put = (options: Partial<PutSnapshotOptions> = {}): Promise<SnapshotParts> =>
    putSnapshot(test, {
      cluster: 'one',
      chunks: [someRows(2, 30), someRows(32, 30)],
      time: TIME,
      ...options,
    });
  const check = (note = false) => checkStore(test, { ring: test.ring, readData: true, note });
  const record = ({ cluster, summary }: SnapshotParts): string => snapshotName(cluster.id, summary.id);

  it('finds nothing wrong with snapshots that share chunks, in several key epochs', async () => {
    const first = await put({ attachment: 'a file' });
    await put({ chunks: [someRows(62, 5)], kept: first });
    await put({ cluster: 'two', attachment: 'a file' });
    const bundle = addEpoch(test.bundle);
    test = { ...test, bundle, ring: ownerRing(bundle) };
    await put({ chunks: [someRows(2, 65)] });
    expect(await check()).toMatchObject({ sound: true, problems: [], warnings: [], snapshots: 4 });
  });

  it('finds a chunk that does not hold the rows that its table tells of', async () => {
    const rows = someRows(2, 30);
    const forged = rows.map((row, i) => (i === 17 ? { ...row, value: 'evil' } : row));
    for (const what of ['value', 'crc', 'hash', 'count'] as const) {
      const snapshot = await put({
        chunks: [rows],
        changeSection: (section) => {
          const columns = columnsOf(
            what === 'value' ? forged : rows,
            test.ring.idKey(test.ring.clusterIdOf('one'), 1),
          );
          if (what === 'crc') columns.crc[3]! ^= 1;
          if (what === 'hash') columns.hash[16 * 5]! ^= 1;
          const count = what === 'count' ? 29 : 30;
          const plainBytes = columns.length.subarray(0, count).reduce((sum, length) => sum + length, 0);
          return { ...section, rows: count, plainBytes, columns: encodeColumns(columns, 0, count) };
        },
        change: (parts) => {
          const [chunk] = parts.map.rowChunks;
          if (what === 'crc' || what === 'hash') return parts;
          const { length } = columnsOf(what === 'value' ? forged : rows, new Uint8Array(32));
          const rowCount = what === 'count' ? 29 : 30;
          const plainBytes = length.subarray(0, rowCount).reduce((sum, each) => sum + each, 0);
          return {
            ...parts,
            summary: { ...parts.summary, rows: { total: rowCount, new: rowCount } },
            map: { ...parts.map, rowChunks: [{ ...chunk!, rows: rowCount, plainBytes }] },
          };
        },
      });
      expect((await checkStore(test, { ring: test.ring, note: false })).sound).toBe(true);
      const { problems } = await check();
      const object = chunkName(snapshot.cluster.id, snapshot.map.rowChunks[0]!.digest);
      expect(problems).toMatchObject([
        { object, kind: 'chunk', problem: 'inconsistent', neededBy: [snapshot.summary.id] },
      ]);
      await test.storage.delete(record(snapshot));
    }
  });

  it('writes down the chunk whose rows are not the right ones', async () => {
    const snapshot = await put({
      changeSection: (section) => {
        const columns = Uint8Array.from(section.columns);
        columns[columns.length - 1]! ^= 1;
        return { ...section, columns };
      },
    });
    const digests = snapshot.map.rowChunks.map(({ digest }) => digest).sort();
    const { noted } = await check(true);
    expect([...noted].sort()).toEqual(digests);
  });

  it('finds a snapshot that does not have its status hash', async () => {
    const liar = await put({
      change: (parts) => ({ ...parts, summary: { ...parts.summary, statusHash: 7 } }),
    });
    const { problems } = await check();
    expect(problems).toMatchObject([
      { object: record(liar), problem: 'not-equal', neededBy: [liar.summary.id] },
    ]);
    expect(problems[0]!.message).toContain('status hash');
  });

  it("finds a member's HashKV that is not ours and should be, and the other way round", async () => {
    for (const change of [{ hash: 1, equal: true }, { equal: false }]) {
      const liar = await put({
        change: (parts) => ({
          ...parts,
          summary: { ...parts.summary, hashKV: parts.summary.hashKV.map((each) => ({ ...each, ...change })) },
        }),
      });
      const { problems } = await check();
      expect(problems).toMatchObject([{ object: record(liar), problem: 'not-equal' }]);
      expect(problems[0]!.message).toContain('HashKV');
      await test.storage.delete(record(liar));
    }
    const honest = await put({
      change: (parts) => ({
        ...parts,
        summary: {
          ...parts.summary,
          proof: 'mismatch',
          hashKV: parts.summary.hashKV.map((each) => ({ ...each, hash: 1, equal: false })),
        },
      }),
    });
    expect(honest.summary.proof).toBe('mismatch');
    expect(await check()).toMatchObject({ sound: true });
  });

  it('finds a snapshot that has a row twice', async () => {
    const first = await put({ chunks: [someRows(2, 30)] });
    const liar = await put({ chunks: [someRows(31, 5)], kept: first });
    const { problems } = await check();
    expect(problems).toMatchObject([
      { object: record(liar), problem: 'malformed', neededBy: [liar.summary.id] },
    ]);
  });

  it('computes HashKV at a compaction by the keys of the rows', async () => {
    // Key 1 is written at 2 and again at 3: compacted at 3, only the newer row counts.
    const rows = [
      { main: 2, key: '/a', value: 'old' },
      { main: 3, key: '/a', value: 'new' },
      { main: 4, key: '/b', value: 'other' },
    ];
    const withoutOld = await put({ cluster: 'two', chunks: [rows.slice(1)] });
    await put({
      chunks: [rows],
      change: (parts) => ({
        ...parts,
        summary: {
          ...parts.summary,
          hashKV: withoutOld.summary.hashKV.map((each) => ({ ...each, compactRevision: 3 })),
        },
      }),
    });
    expect(await check()).toMatchObject({ sound: true, problems: [] });
  });

  it('finds counts of a bucket that are not those of its rows', async () => {
    const liar = await put({
      change: (parts) => ({
        ...parts,
        summary: {
          ...parts.summary,
          buckets: parts.summary.buckets.map((bucket) => ({ ...bucket, bytes: bucket.bytes + 1 })),
        },
      }),
    });
    const { problems } = await check();
    expect(problems).toMatchObject([{ object: record(liar), problem: 'not-equal' }]);
  });

  it('finds an attachment that is not the file that was attached', async () => {
    const liar = await put({
      attachment: 'secret: 1',
      change: (parts) => ({
        ...parts,
        summary: {
          ...parts.summary,
          attachments: parts.summary.attachments.map((each) => ({ ...each, sha256: '00'.repeat(32) })),
        },
      }),
    });
    const { problems } = await check();
    expect(problems).toMatchObject([{ object: record(liar), problem: 'not-equal' }]);
    expect(problems[0]!.message).toContain('config.yaml');
  });

  it('finds a chunk of another kind than its snapshot takes it for', async () => {
    const liar = await put({
      change: (parts) => ({
        ...parts,
        map: {
          ...parts.map,
          bucketChunks: [parts.map.rowChunks[0]!].map(({ digest, objectSize }) => ({
            digest,
            size: objectSize,
          })),
        },
      }),
    });
    const { problems } = await check();
    expect(problems).toMatchObject([{ object: record(liar), problem: 'inconsistent' }]);
  });

  it('finds every snapshot that claims what its table does not', async () => {
    const change = (parts: SnapshotParts): SnapshotParts => ({
      ...parts,
      map: {
        ...parts.map,
        rowChunks: parts.map.rowChunks.map((chunk) => ({ ...chunk, plainBytes: chunk.plainBytes + 1 })),
      },
    });
    const first = await put({ chunks: [someRows(2, 30)], change });
    const second = await put({ chunks: [], kept: first, time: new Date('2026-01-01T01:00:00Z') });
    const { problems } = await check();
    expect(problems.map(({ object, problem }) => [object, problem])).toEqual([
      [record(first), 'inconsistent'],
      [record(second), 'inconsistent'],
    ]);
  });

  it('finds a chunk that was sealed for another cluster', async () => {
    const other = await put({ cluster: 'two', chunks: [someRows(2, 3)] });
    const stray = await putChunk(other.cluster, 'rows', encodeRowsPayload(rawRows(someRows(2, 30))));
    const liar = await put({
      chunks: [someRows(2, 30)],
      changeSection: (section) => ({ ...section, digest: stray.digest, objectSize: stray.size }),
      change: (parts) => {
        const [chunk] = parts.map.rowChunks;
        const needs = parts.needs.map((need) =>
          need.digest === chunk!.digest ? { ...need, digest: stray.digest, size: stray.size } : need,
        );
        const rowChunks = [{ ...chunk!, digest: stray.digest, objectSize: stray.size }];
        return { ...parts, needs, map: { ...parts.map, rowChunks } };
      },
    });
    const bytes = await test.storage.get(chunkName(other.cluster.id, stray.digest));
    const object = chunkName(liar.cluster.id, stray.digest);
    await test.storage.put(object, bytes);
    const { problems } = await check();
    expect(problems).toMatchObject([{ object, problem: 'does-not-open', neededBy: [liar.summary.id] }]);
  });
});
