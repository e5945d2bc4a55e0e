import {
  decodeRowsPayload,
  liveRows,
  readChunk,
  readTable,
  type DecodedRows,
  type NeededObject,
  type RowChunk,
  type SnapshotMap,
  type TableSection,
} from '@etcd-kloset/kloset';
import { RowLog, RowRuns } from '@etcd-kloset/mvcc';
import { localSink } from '../sink/local-sink.ts';
import { tableSection } from '../store/full-tables.ts';
import { storeRows, type StoredRowsResult } from '../store/store-rows.ts';
import { storeTables } from '../store/store-tables.ts';
import { openJob } from '../threads/open-job.ts';
import { type PipelineThreads } from '../threads/pipeline-threads.ts';
import { etcdFile, rowOf, type Write } from './etcd-file.ts';
import { scan, type Scratch } from './scanned-file.ts';
import { type TestStore } from './test-store.ts';

/** What the rows of one snapshot became. */
export interface StoredSnapshot {
  readonly stored: StoredRowsResult & {
    /** Sections whose table was not full, with what became of their chunks. */
    readonly written: readonly TableSection[];
    /** Bytes of chunks and of full tables. */
    readonly added: number;
  };
  readonly map: Pick<SnapshotMap, 'tables' | 'rowChunks'>;
  readonly warnings: readonly string[];
}

const files = new WeakMap<readonly Write[], Buffer>();

function fileOf(writes: readonly Write[]): Buffer {
  const file = files.get(writes) ?? etcdFile(writes);
  files.set(writes, file);
  return file;
}

/** Stores the rows of a database as a backup does, upon what the snapshot before has. */
export async function storeWrites(
  test: TestStore,
  scratch: Scratch,
  threads: PipelineThreads,
  writes: readonly Write[],
  parent?: Pick<SnapshotMap, 'tables' | 'rowChunks'>,
): Promise<StoredSnapshot> {
  const file = fileOf(writes);
  const { analysis } = scan(scratch, file);
  if (!analysis.decoded) throw new Error(analysis.reason);
  const spool = scratch.file(file);
  const warnings: string[] = [];
  const sink = localSink(test.cluster, threads);
  const result = await storeRows({
    cluster: test.cluster,
    rows: RowRuns.takeOver(RowLog.takeOver(analysis.log), analysis.runs),
    parent: parent?.rowChunks ?? [],
    parentTables: parent?.tables ?? [],
    sink,
    jobOf: ({ rows, locations }) => ({
      kind: 'rows',
      spool,
      locations: locations.slice(0, rows.count),
      lengths: rows.length.slice(0, rows.count),
      tombstones: rows.tombstone.slice(0, rows.count),
      target: test.target,
      level: 3,
    }),
    warn: (warning) => warnings.push(warning),
  });
  const written = result.sections.map((section) => tableSection(section, sink.storedOf(section.sequence)!));
  const added = [
    ...[...result.tabled, ...written].map(({ objectSize }) => objectSize),
    ...result.tables.values(),
  ].reduce((sum, size) => sum + size, 0);
  const stored = { ...result, written, added };
  const sizes = new Map((parent?.tables ?? []).map(({ digest, size }) => [digest, size]));
  const tables = await storeTables(
    test.cluster,
    [...stored.kept, ...stored.tabled],
    stored.written,
    new Map([...sizes, ...stored.tables]),
    stored.loadTable,
  );
  return { stored, map: { tables: tables.tables, rowChunks: tables.rowChunks }, warnings };
}

/** The rows of a snapshot, read back from the store: key and value of each. */
export async function storedContent(
  { cluster, ring }: TestStore,
  { rowChunks }: Pick<SnapshotMap, 'rowChunks'>,
): Promise<Buffer[]> {
  const opened = new Map<string, DecodedRows>();
  const rows: Buffer[] = [];
  for await (const { count, chunk, index } of liveRows(rowChunks, (digest) => readTable(cluster, digest))) {
    for (let i = 0; i < count; i++) {
      const { digest } = rowChunks[chunk[i]!]!;
      let decoded = opened.get(digest);
      if (decoded === undefined) {
        const bytes = await readChunk(cluster, digest);
        const key = [1, ring.dataPrivateKey(1)] as const;
        const plain = openJob({
          kind: 'open',
          bytes,
          digest,
          name: digest,
          store: ring.store,
          cluster: cluster.id,
          privateKeys: [key],
        });
        opened.set(digest, (decoded = decodeRowsPayload(plain.index, plain.values)));
      }
      const out = Buffer.alloc(decoded.size(index[i]!));
      decoded.write(index[i]!, out, 0);
      rows.push(out);
    }
  }
  return rows;
}

export function contentOf(writes: readonly Write[]): Buffer[] {
  return writes.map((write) => Buffer.concat(rowOf(write)));
}

/** What a record of such a snapshot would list. */
export function needsOf({ tables, rowChunks }: Pick<SnapshotMap, 'tables' | 'rowChunks'>): NeededObject[] {
  const chunk = ({ digest, objectSize }: RowChunk): NeededObject => ({
    kind: 'chunk',
    digest,
    size: objectSize,
  });
  return [
    ...rowChunks.map(chunk),
    ...tables.map(({ digest, size }): NeededObject => ({ kind: 'table', digest, size })),
  ];
}
