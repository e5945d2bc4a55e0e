import {
  ensureConfig,
  newId,
  type Cluster,
  type HashAnswer,
  type SnapshotSummary,
} from '@etcd-kloset/kloset';
import { RowLog, RowRuns, type RowSequence } from '@etcd-kloset/mvcc';
import { tmpdir } from 'node:os';
import { timed, type Observer } from '../progress.ts';
import { type Verdict } from '../prove/judge.ts';
import { type DecodedFile } from '../scan/analysis.ts';
import { type Intake } from '../spool/stream-intake.ts';
import { commit } from '../store/commit.ts';
import { storeAttachments, type AttachmentFile } from '../store/attachments.ts';
import { blocksAsRows } from '../store/store-blocks.ts';
import { storeBuckets } from '../store/store-buckets.ts';
import { findParent, type Parent } from '../store/parent.ts';
import { storeRows, type MatchedCounts, type StoredRowsResult } from '../store/store-rows.ts';
import { storeTables } from '../store/store-tables.ts';
import { type PipelineThreads } from '../threads/pipeline-threads.ts';
import { type SealTarget } from '../threads/thread-messages.ts';
import { version } from '../version.ts';

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

export interface StoreSnapshotOptions extends Observer {
  readonly cluster: Cluster;
  readonly intake: Intake;
  readonly threads: PipelineThreads;
  readonly facts: SnapshotFacts;
  /** Asked once the rows are stored: what the members answered, against what the file has. */
  readonly prove: (rows: RowSequence, file: DecodedFile) => Promise<Verdict>;
  /** The verdict for a file that is kept as it is; `hashes` are the members' answers, if they could be compared. */
  readonly opaqueVerdict: (reason: string, hashes: readonly HashAnswer[]) => Verdict;
  /** What the observer was warned of so far, and will be: it goes into the record. */
  readonly warnings: readonly string[];
  readonly attachments: readonly AttachmentFile[];
  readonly spoolFolder: string | undefined;
  readonly startedAt: Date;
  readonly now: () => Date;
  readonly signal: AbortSignal | undefined;
}

/** Stores what a stream was found to be and commits its record: the stages snapshot, chunk, store and commit, joined. */
export async function storeSnapshot(options: StoreSnapshotOptions): Promise<SnapshotSummary> {
  const { cluster, intake } = options;
  const { analysis } = intake;
  if (!analysis.decoded) return storeOpaque(options, analysis.reason);

  const rows = RowRuns.takeOver(RowLog.takeOver(analysis.log), analysis.runs);
  const proving = timed(options, 'prove', options.prove(rows, analysis));
  // Awaited below; should storing fail first, the proof's own failure is of no interest.
  proving.catch(() => undefined);
  const parent = await timed(options, 'parent', findParent(cluster, 'rows', warner(options)));
  const stored = await timed(options, 'store', storeDecoded(options, rows, parent));
  const buckets = await storeBuckets(cluster, analysis.others);
  const verdict = await proving;
  if (verdict.decodingIsWrong) {
    return storeOpaque(
      options,
      verdict.reason ?? 'the rows do not give the hash of their member',
      analysis,
      verdict,
    );
  }
  return finish(options, parent, stored, {
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
async function storeOpaque(
  options: StoreSnapshotOptions,
  reason: string,
  decoded?: DecodedFile,
  verdict?: Verdict,
): Promise<SnapshotSummary> {
  const { cluster, intake, facts, spoolFolder } = options;
  options.warn?.(`the database is kept as it is, since it does not decode without loss: ${reason}`);
  const parent = await findParent(cluster, 'opaque', warner(options));
  const blocks = blocksAsRows(
    intake.spool,
    intake.size,
    cluster.ring.idKey(cluster.id, cluster.ring.epoch),
    spoolFolder ?? tmpdir(),
  );
  try {
    const stored = await storeRows({
      ...options,
      rows: blocks.rows,
      parent: parent.chunks,
      parentTables: parent.map?.tables ?? [],
      target: targetOf(cluster),
      jobOf: ({ rows, locations: _ }, target, level) => ({
        kind: 'blocks',
        spool: intake.spool,
        numbers: rows.main.slice(0, rows.count),
        lengths: rows.length.slice(0, rows.count),
        target,
        level,
      }),
    });
    return await finish(options, parent, stored, {
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
  options: StoreSnapshotOptions,
  rows: RowSequence,
  parent: Parent,
): Promise<StoredRowsResult> {
  const { cluster, intake, threads, progress, signal } = options;
  let counts: MatchedCounts = { newRows: 0, knownRows: 0, rowsToStore: 0 };
  const done = { rows: 0, bytes: 0 };
  return storeRows({
    cluster,
    rows,
    warn: options.warn,
    parent: parent.chunks,
    parentTables: parent.map?.tables ?? [],
    threads,
    signal,
    target: targetOf(cluster),
    jobOf: (cut, target, level) => ({
      kind: 'rows',
      spool: intake.spool,
      locations: cut.locations.slice(0, cut.rows.count),
      lengths: cut.rows.length.slice(0, cut.rows.count),
      tombstones: cut.rows.tombstone.slice(0, cut.rows.count),
      target,
      level,
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

function targetOf({ ring, id }: Cluster): SealTarget {
  return { publicKey: ring.dataPublicKey(ring.epoch), store: ring.store, cluster: id, epoch: ring.epoch };
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
  readonly bucketChunks: readonly { digest: string; size: number }[];
  readonly verdict: Verdict;
  readonly opaqueReason: string | undefined;
}

async function finish(
  options: StoreSnapshotOptions,
  parent: Parent,
  stored: StoredRowsResult,
  found: Found,
): Promise<SnapshotSummary> {
  const { cluster, intake, facts, startedAt, now } = options;
  const { kubernetes, verdict } = found;
  const parentTables = parent.map?.tables.map(({ digest, size }) => [digest, size] as const) ?? [];
  const tableSizes = new Map([...parentTables, ...stored.tables]);
  const tables = await storeTables(
    cluster,
    [...stored.kept, ...stored.tabled],
    stored.written,
    tableSizes,
    stored.loadTable,
  );
  const attached = await storeAttachments(cluster, options.attachments, parent);
  await ensureConfig(cluster, facts.clusterName, parent.listing.configs, now());
  warnOfCollapse(options, parent.summary, found);
  warnOfOtherCluster(options, parent.summary, found);
  options.signal?.throwIfAborted();

  const newChunks = stored.tabled.length + stored.written.length + found.bucketChunks.length;
  const bucketBytes = found.bucketChunks.reduce((sum, { size }) => sum + size, 0);
  const summary: SnapshotSummary = {
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
      added: stored.added + bucketBytes + tables.added + attached.added,
    },
    chunks: { new: newChunks, total: tables.rowChunks.length + found.bucketChunks.length },
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
    durationMs: now().getTime() - startedAt.getTime(),
    tool: { name: 'etcd-kloset', version },
  };
  const committing = commit({
    cluster,
    summary,
    map: { tables: tables.tables, rowChunks: tables.rowChunks, bucketChunks: found.bucketChunks },
    attachmentSizes: attached.sizes,
    startedAt,
    now,
  });
  return timed(options, 'commit', committing);
}

/**
 * A compaction at the wrong revision can leave a "healthy" etcd with hardly a key (etcd issue 22376): the
 * backup is made, and said to be suspicious.
 */
function warnOfCollapse(
  options: StoreSnapshotOptions,
  parent: SnapshotSummary | undefined,
  found: Found,
): void {
  if (parent?.encoding !== 'rows' || found.encoding !== 'rows') return;
  if (parent.rows.total < 100 || found.total * 2 > parent.rows.total) return;
  options.warn?.(
    `the database holds ${found.total} rows; the snapshot before had ${parent.rows.total}. If nobody deleted them, keep the older snapshots`,
  );
}

/** A name that suddenly stands for another cluster, or for one that went back in time, is said: it may be a mistake. */
function warnOfOtherCluster(
  { facts, warn }: StoreSnapshotOptions,
  parent: SnapshotSummary | undefined,
  found: Found,
): void {
  const before = parent?.etcd.clusterId;
  const now = facts.etcd.clusterId;
  if (before !== undefined && now !== undefined && before !== now) {
    warn?.(
      `the cluster ${facts.clusterName} has another id than in the snapshot before (${now}, then ${before}): it was restored or rebuilt, or this is another cluster`,
    );
  }
  if (parent?.source === 'cluster' && facts.source === 'cluster' && found.revision < parent.revision) {
    warn?.(
      `the revision went back from ${parent.revision} to ${found.revision} since the snapshot before: the cluster was restored or rebuilt, or this is another cluster`,
    );
  }
}
