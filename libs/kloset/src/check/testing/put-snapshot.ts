import { hash } from 'node:crypto';
import { combineCrc32c, crc32c, StatusHash } from '@etcd-kloset/mvcc';
import { encodeBlocksPayload } from '../../format/blocks-payload.ts';
import { encodeBucketsPayload } from '../../format/buckets-payload.ts';
import { chunkName, newId, snapshotName, tableName } from '../../format/names.ts';
import { encodeRowsPayload, type PayloadSections } from '../../format/rows-payload.ts';
import { type NeededObject, type RowChunk, type SnapshotMap } from '../../format/snapshot-map.ts';
import { type SnapshotSummary } from '../../format/summary.ts';
import { encodeColumns, type TableSection } from '../../format/table.ts';
import { sealChunk, type ChunkKind } from '../../objects/chunk-object.ts';
import { sealRecord } from '../../objects/record-object.ts';
import { clusterByName, sealedObject, sealTable, type Cluster } from '../../store/cluster.ts';
import { ensureConfig } from '../../store/cluster-config.ts';
import { columnsOf, encodeRow, rawRows, type PlainRow } from './plain-rows.ts';
import { type TestStore } from './test-store.ts';

export interface SnapshotParts {
  readonly cluster: Cluster;
  readonly summary: SnapshotSummary;
  readonly map: SnapshotMap;
  readonly needs: readonly NeededObject[];
  readonly sections: readonly TableSection[];
}

export interface PutSnapshotOptions {
  readonly cluster: string;
  /** Rows of each chunk, in revision order all together. */
  readonly chunks: readonly (readonly PlainRow[])[];
  readonly time: Date;
  /** Row chunks of another snapshot that this one has too, wholly, with their table. */
  readonly kept?: SnapshotParts | undefined;
  readonly attachment?: string | undefined;
  /** Changes what is about to be sealed, to make a record that lies. */
  readonly change?: ((parts: SnapshotParts) => SnapshotParts) | undefined;
  /** Changes a section before the table is sealed. */
  readonly changeSection?: ((section: TableSection) => TableSection) | undefined;
}

const META = {
  name: Buffer.from('meta'),
  sequence: 3n,
  rows: [{ key: Buffer.from('term'), value: Buffer.from('8') }],
};

/** Puts a snapshot as a backup would, in one piece. */
export async function putSnapshot(test: TestStore, options: PutSnapshotOptions): Promise<SnapshotParts> {
  const { store, ring } = test;
  const cluster = clusterByName(store, ring, options.cluster);
  await ensureConfig(cluster, options.cluster, [], options.time);

  const sections: TableSection[] = [];
  for (const rows of options.chunks) sections.push(await putRows(cluster, rows));
  const changed = sections.map((section) => options.changeSection?.(section) ?? section);
  const table = sealTable(cluster, changed);
  await store.storage.put(tableName(cluster.id, table.digest), table.parts);
  const meta = await putChunk(cluster, 'buckets', encodeBucketsPayload([META]));
  const attached = options.attachment === undefined ? [] : [await attach(cluster, options.attachment)];

  const rowChunks = [
    ...(options.kept?.map.rowChunks ?? []),
    ...sections.map(({ columns: _, ...section }, place): RowChunk => ({
      ...section,
      table: table.digest,
      section: place,
      live: undefined,
    })),
  ];
  const tables = [...(options.kept?.map.tables ?? []), { digest: table.digest, size: table.size }];
  const map: SnapshotMap = { rowChunks, tables, bucketChunks: [meta] };
  const needs: NeededObject[] = [
    ...rowChunks.map(({ digest, objectSize }) => ({ kind: 'chunk' as const, digest, size: objectSize })),
    ...[meta, ...attached.map(({ object }) => object)].map((each) => ({ kind: 'chunk' as const, ...each })),
    ...tables.map((each) => ({ kind: 'table' as const, ...each })),
  ];
  const rows = [...(options.kept === undefined ? [] : rowsOf.get(options.kept)!), ...options.chunks.flat()];
  const summary = summaryOf(options, rows, attached);
  const parts = { cluster, summary, map, needs, sections };
  const final = options.change?.(parts) ?? parts;
  rowsOf.set(final, rows);
  await store.storage.put(
    snapshotName(cluster.id, final.summary.id),
    sealRecord(ring, cluster.id, final.summary, final.map, final.needs),
  );
  return final;
}

/** The rows of each snapshot that was put, for those that build on it. */
const rowsOf = new WeakMap<SnapshotParts, readonly PlainRow[]>();

async function putRows(cluster: Cluster, rows: readonly PlainRow[]): Promise<TableSection> {
  const { ring, id } = cluster;
  const { digest, size } = await putChunk(cluster, 'rows', encodeRowsPayload(rawRows(rows)));
  return {
    digest,
    objectSize: size,
    rows: rows.length,
    plainBytes: rows.reduce((sum, row) => sum + encodeRow(row).length, 0),
    firstMain: rows[0]!.main,
    firstSub: 0,
    columns: encodeColumns(columnsOf(rows, ring.idKey(id, ring.epoch)), 0, rows.length),
  };
}

export async function putChunk(
  { store, ring, id }: Cluster,
  kind: ChunkKind,
  payload: PayloadSections,
): Promise<{ digest: string; size: number }> {
  const key = { store: ring.store, cluster: id, epoch: ring.epoch };
  const object = sealedObject(sealChunk(ring.dataPublicKey(ring.epoch), key, kind, payload));
  await store.storage.put(chunkName(id, object.digest), object.parts);
  return { digest: object.digest, size: object.size };
}

async function attach(cluster: Cluster, text: string) {
  const bytes = Buffer.from(text);
  const object = await putChunk(cluster, 'blocks', encodeBlocksPayload([{ number: 0, bytes }]));
  return { object, name: 'config.yaml', size: bytes.length, sha256: hash('sha256', bytes, 'hex') };
}

function summaryOf(
  { cluster, time, chunks }: PutSnapshotOptions,
  rows: readonly PlainRow[],
  attached: Awaited<ReturnType<typeof attach>>[],
): SnapshotSummary {
  const encoded = rows.map(encodeRow);
  const bytes = encoded.reduce((sum, { length }) => sum + length, 0);
  const status = new StatusHash().bucket(Buffer.from('key'));
  for (const row of encoded) status.crc(crc32c(row), row.length);
  status.bucket(META.name);
  for (const { key, value } of META.rows) status.row(key, value);
  return {
    format: 1,
    id: newId(time),
    cluster,
    time: time.toISOString(),
    source: 'file',
    etcd: { members: [], alarms: [] },
    encoding: 'rows',
    revision: rows.at(-1)?.main ?? 0,
    compactRevision: 0,
    pageSize: 4096,
    rows: { total: rows.length, new: chunks.flat().length },
    buckets: [
      { name: 'key', rows: rows.length, bytes, sequence: '0' },
      { name: 'meta', rows: 1, bytes: 5, sequence: '3' },
    ],
    statusHash: status.value(),
    stream: { bytes: 0, sha256: '' },
    bytes: { stream: 0, added: 0 },
    chunks: { new: chunks.length + 1, total: chunks.length + 1 },
    hashKV: [
      {
        member: 'm1',
        memberId: '1',
        revision: rows.at(-1)?.main ?? 0,
        compactRevision: 0,
        hash: hashOfAll(encoded),
        equal: true,
        source: true,
      },
    ],
    proof: 'proven',
    labels: {},
    attachments: attached.map(({ object, ...file }) => ({ ...file, mode: 0o600, chunks: [object.digest] })),
    warnings: [],
    durationMs: 1,
    tool: { name: 'etcd-kloset', version: '0.1.0' },
  };
}

/** HashKV of rows that were never compacted: all of them count. */
function hashOfAll(rows: readonly Buffer[]): number {
  const seed = crc32c(Buffer.from('key'));
  return rows.reduce((crc, row) => combineCrc32c(crc, crc32c(row), row.length), seed);
}
