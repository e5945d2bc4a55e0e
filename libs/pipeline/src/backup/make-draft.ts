import { tmpdir } from 'node:os';
import {
  newId,
  type Cluster,
  type HashAnswer,
  type LoadTable,
  type SnapshotSummary,
} from '@etcd-kloset/kloset';
import { RowLog, RowRuns, type RowSequence } from '@etcd-kloset/mvcc';
import { abortable } from '../abortable.ts';
import { type SnapshotDraft } from '../draft/snapshot-draft.ts';
import { timed, type Observer } from '../progress.ts';
import { type Verdict } from '../prove/judge.ts';
import { type DecodedFile } from '../scan/analysis.ts';
import { type ChunkSink, type StoredChunk } from '../sink/chunk-sink.ts';
import { type Intake } from '../spool/stream-intake.ts';
import { storeAttachments, type AttachmentFile } from '../store/attachments.ts';
import { findParent, type Parent } from '../store/parent.ts';
import { CHUNK_LEVEL, sealTarget } from '../store/seal-target.ts';
import { blocksAsRows } from '../store/store-blocks.ts';
import { storeBuckets } from '../store/store-buckets.ts';
import { storeRows, type MatchedCounts, type StoredRowsResult } from '../store/store-rows.ts';
import { version } from '../version.ts';
import { warnOfCollapse, warnOfOtherCluster } from './suspicious.ts';

/** What is known of a snapshot besides its rows. */
export interface SnapshotFacts {
  readonly clusterName: string;
  readonly time: Date;
  readonly source: SnapshotSummary['source'];
  readonly etcd: SnapshotSummary['etcd'];
  /** For a file that does not decode: a revision it is known to have reached. */
  readonly revisionAtLeast: number;
  readonly labels: Readonly<Record<string, string>>;
}

export interface MakeDraftOptions extends Observer {
  readonly cluster: Cluster;
  readonly intake: Intake;
  readonly sink: ChunkSink;
  readonly facts: SnapshotFacts;
  /** Asked while rows are stored: what the members answered, against what the file has. */
  readonly prove: (rows: RowSequence, file: DecodedFile) => Promise<Verdict>;
  /** The verdict for a file that is kept as it is; `hashes` are the members' answers, if they could be compared. */
  readonly opaqueVerdict: (reason: string, hashes: readonly HashAnswer[]) => Verdict;
  /** What the observer was warned of so far, and will be: it goes into the record. */
  readonly warnings: readonly string[];
  readonly attachments: readonly AttachmentFile[];
  readonly spoolFolder: string | undefined;
  readonly startedAt: Date;
  readonly signal: AbortSignal | undefined;
}

export interface MadeDraft {
  readonly draft: SnapshotDraft;
  /** Reads the parent's tables, some of which are still in memory. */
  readonly loadTable: LoadTable;
}

/** Cuts what a stream was found to be into chunks, hands them to the sink, and drafts the record. */
export async function makeDraft(options: MakeDraftOptions): Promise<MadeDraft> {
  const { cluster, intake, signal } = options;
  const { analysis } = intake;
  if (!analysis.decoded) return draftOpaque(options, analysis.reason);

  const rows = RowRuns.takeOver(RowLog.takeOver(analysis.log), analysis.runs);
  const proving = timed(options, 'prove', options.prove(rows, analysis));
  // Awaited below; should storing fail first, the proof's own failure is of no interest.
  proving.catch(() => undefined);
  const parent = await timed(options, 'parent', findParent(cluster, 'rows', warner(options)));
  const stored = await timed(options, 'store', storeDecoded(options, rows, parent));
  const buckets = await storeBuckets(cluster, analysis.others);
  const verdict = await abortable(proving, signal);
  if (verdict.decodingIsWrong) {
    return draftOpaque(
      options,
      verdict.reason ?? 'the rows do not give the hash of their member',
      analysis,
      verdict,
    );
  }
  return draftOf(options, parent, stored, {
    encoding: 'rows',
    revision: analysis.revision,
    compactRevision: analysis.compactRevision,
    pageSize: analysis.pageSize,
    total: rows.count,
    buckets: analysis.buckets.map(({ sequence, ...bucket }) => ({ ...bucket, sequence: String(sequence) })),
    statusHash: analysis.statusHash,
    kubernetes: analysis.kubernetes,
    bucketChunks: [buckets],
    verdict,
    opaqueReason: undefined,
  });
}

/**
 * A backup is never refused because we are clever: what does not decode without loss is kept as it is.
 *
 * @param decoded what the rows said, where it is the proof that they failed
 */
async function draftOpaque(
  options: MakeDraftOptions,
  reason: string,
  decoded?: DecodedFile,
  verdict?: Verdict,
): Promise<MadeDraft> {
  const { cluster, intake, facts, spoolFolder, signal } = options;
  options.warn?.(`the database is kept as it is, since it does not decode without loss: ${reason}`);
  const parent = await findParent(cluster, 'opaque', warner(options));
  const blocks = await blocksAsRows(
    intake.spool,
    intake.size,
    cluster.ring.idKey(cluster.id, cluster.ring.epoch),
    spoolFolder ?? tmpdir(),
    signal,
  );
  const target = sealTarget(cluster);
  try {
    const stored = await storeRows({
      ...options,
      rows: blocks.rows,
      parent: parent.chunks,
      parentTables: parent.map?.tables ?? [],
      jobOf: ({ rows, locations: _ }) => ({
        kind: 'blocks',
        spool: intake.spool,
        numbers: rows.main.slice(0, rows.count),
        lengths: rows.length.slice(0, rows.count),
        target,
        level: CHUNK_LEVEL,
      }),
    });
    return await draftOf(options, parent, stored, {
      encoding: 'opaque',
      revision: decoded?.revision ?? facts.revisionAtLeast,
      compactRevision: decoded?.compactRevision ?? 0,
      pageSize: intake.analysis.pageSize,
      total: blocks.rows.count,
      buckets: [],
      statusHash: 0,
      kubernetes: decoded?.kubernetes,
      bucketChunks: [],
      verdict: options.opaqueVerdict(reason, verdict?.hashKV ?? []),
      opaqueReason: reason,
    });
  } finally {
    blocks.close();
  }
}

function warner({ warn }: Observer): (sentence: string) => void {
  return (sentence) => warn?.(sentence);
}

function storeDecoded(
  options: MakeDraftOptions,
  rows: RowSequence,
  parent: Parent,
): Promise<StoredRowsResult> {
  const { cluster, intake, sink, progress, signal } = options;
  const target = sealTarget(cluster);
  let counts: MatchedCounts = { newRows: 0, knownRows: 0, rowsToStore: 0 };
  const done = { rows: 0, bytes: 0 };
  return storeRows({
    cluster,
    rows,
    sink,
    warn: options.warn,
    parent: parent.chunks,
    parentTables: parent.map?.tables ?? [],
    signal,
    jobOf: (cut) => ({
      kind: 'rows',
      spool: intake.spool,
      locations: cut.locations.slice(0, cut.rows.count),
      lengths: cut.rows.length.slice(0, cut.rows.count),
      tombstones: cut.rows.tombstone.slice(0, cut.rows.count),
      target,
      level: CHUNK_LEVEL,
    }),
    onMatched: (found) => {
      counts = found;
      progress?.({ stage: 'store', ...counts, ...done });
    },
    onChunk: ({ rows: more, bytes }) => {
      done.rows += more;
      done.bytes += bytes;
      progress?.({ stage: 'store', ...counts, ...done });
    },
  });
}

interface Found {
  readonly encoding: SnapshotSummary['encoding'];
  readonly revision: number;
  readonly compactRevision: number;
  readonly pageSize: number;
  readonly total: number;
  readonly buckets: SnapshotSummary['buckets'];
  readonly statusHash: number;
  readonly kubernetes: DecodedFile['kubernetes'];
  readonly bucketChunks: readonly StoredChunk[];
  readonly verdict: Verdict;
  readonly opaqueReason: string | undefined;
}

async function draftOf(
  options: MakeDraftOptions,
  parent: Parent,
  stored: StoredRowsResult,
  found: Found,
): Promise<MadeDraft> {
  const { cluster, startedAt } = options;
  const attached = await storeAttachments(cluster, options.attachments, parent);
  warnOfCollapse(options, parent.summary, found);
  warnOfOtherCluster(options, options.facts, parent.summary, found);
  options.signal?.throwIfAborted();

  const rowChunks = [...stored.kept, ...stored.tabled];
  const used = new Set(rowChunks.map(({ table }) => table));
  const tables = [
    ...(parent.map?.tables ?? []).filter(({ digest }) => used.has(digest)),
    ...[...stored.tables].map(([digest, size]) => ({ digest, size })),
  ];
  const draft: SnapshotDraft = {
    store: cluster.ring.store,
    cluster: cluster.id,
    epoch: cluster.ring.epoch,
    startedAt,
    summary: summaryOf(options, parent, stored, found, attached),
    rowChunks,
    tables,
    sections: stored.sections,
    bucketChunks: found.bucketChunks,
    attachmentChunks: [...attached.sizes].map(([digest, size]) => ({ digest, size })),
    newestConfig: parent.listing.configs.at(-1),
  };
  return { draft, loadTable: stored.loadTable };
}

function summaryOf(
  options: MakeDraftOptions,
  parent: Parent,
  stored: StoredRowsResult,
  found: Found,
  attached: Awaited<ReturnType<typeof storeAttachments>>,
): SnapshotSummary {
  const { intake, facts } = options;
  const { kubernetes, verdict } = found;
  return {
    format: 1,
    id: newId(facts.time),
    cluster: facts.clusterName,
    time: facts.time.toISOString(),
    source: facts.source,
    etcd: facts.etcd,
    encoding: found.encoding,
    opaqueReason: found.opaqueReason,
    revision: found.revision,
    compactRevision: found.compactRevision,
    pageSize: found.pageSize,
    rows: { total: found.total, new: stored.newRows },
    buckets: found.buckets,
    statusHash: found.statusHash,
    stream: { bytes: intake.size, sha256: intake.sha256 },
    bytes: {
      stream: intake.size + (intake.trailer === undefined ? 0 : 32),
      added:
        sum(stored.tabled.map(({ objectSize }) => objectSize)) +
        sum([...stored.tables.values()]) +
        sum(found.bucketChunks.map(({ size }) => size)) +
        attached.added,
    },
    chunks: {
      new: stored.tabled.length + stored.sections.length + found.bucketChunks.length,
      total: stored.kept.length + stored.tabled.length + stored.sections.length + found.bucketChunks.length,
    },
    hashKV: [...verdict.hashKV],
    proof: verdict.proof,
    proofReason: verdict.reason,
    parent: parent.summary?.id,
    labels: { ...facts.labels },
    attachments: attached.attachments,
    kubernetes: kubernetes && {
      keys: kubernetes.keys,
      encrypted: kubernetes.encrypted.map((each) => ({ ...each, resources: [...each.resources] })),
    },
    warnings: [...options.warnings],
    durationMs: 0,
    tool: { name: 'etcd-kloset', version },
  };
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, each) => total + each, 0);
}
