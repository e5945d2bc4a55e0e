import {
  ensureConfig,
  KlosetStoreError,
  tableReader,
  type Cluster,
  type LoadTable,
  type SnapshotSummary,
  type TableSection,
} from '@etcd-kloset/kloset';
import { abortedOr } from '../abortable.ts';
import { type SnapshotDraft } from '../draft/snapshot-draft.ts';
import { PipelineError } from '../errors.ts';
import { timed, type Observer } from '../progress.ts';
import { type StoredChunk } from '../sink/chunk-sink.ts';
import { abortableCluster } from '../store/abortable-store.ts';
import { acknowledge, commit } from '../store/commit.ts';
import { tableSection } from '../store/full-tables.ts';
import { storeTables } from '../store/store-tables.ts';

export interface CommitOptions extends Observer {
  readonly signal?: AbortSignal | undefined;
  readonly now?: (() => Date) | undefined;
  /** Reads the tables of the snapshot before, where some of them are still in memory. */
  readonly loadTable?: LoadTable | undefined;
}

/**
 * Makes a snapshot of a draft whose chunks are stored: tables, configuration, record, and the look that everything
 * is there. It needs the store alone, and may be called again, whatever became of an earlier call, on this machine
 * or on another one: there is one record, and what stands in it is what comes back.
 *
 * @param stored what became of the chunks that were under way when the draft was made
 * @throws PipelineError `draft.chunk-missing`, `draft.stale` (read the cluster again);
 *   KlosetStoreError `store.clock-skew`, `store.backup-too-long`, `store.incomplete`; StorageError; the signal's reason
 */
export async function commitDraft(
  cluster: Cluster,
  draft: SnapshotDraft,
  stored: (sequence: number) => StoredChunk | undefined,
  options: CommitOptions = {},
): Promise<SnapshotSummary> {
  const { signal } = options;
  try {
    signal?.throwIfAborted();
    requireOwn(cluster, draft);
    return await commitTo(abortableCluster(cluster, signal), draft, stored, options);
  } catch (error) {
    throw abortedOr(error, signal);
  }
}

async function commitTo(
  cluster: Cluster,
  draft: SnapshotDraft,
  stored: (sequence: number) => StoredChunk | undefined,
  options: CommitOptions,
): Promise<SnapshotSummary> {
  const { now = () => new Date(), loadTable = tableReader(cluster, draft.tables) } = options;
  const { startedAt, bucketChunks, attachmentChunks } = draft;
  const before = await acknowledge(cluster, draft.summary.id);
  if (before !== undefined) return before;
  const sections = sectionsOf(draft, stored);
  const tableSizes = new Map(draft.tables.map(({ digest, size }) => [digest, size]));
  const tables = await storeTables(cluster, draft.rowChunks, sections, tableSizes, loadTable);
  const warnings = [...draft.summary.warnings];
  const { newestConfig } = draft;
  await ensureConfig(
    cluster,
    draft.summary.cluster,
    newestConfig === undefined ? [] : [newestConfig],
    now(),
    (sentence) => {
      warnings.push(sentence);
      options.warn?.(sentence);
    },
  );
  const chunkBytes = sections.reduce((sum, { objectSize }) => sum + objectSize, 0);
  const { bytes } = draft.summary;
  const committing = commit({
    cluster,
    summary: {
      ...draft.summary,
      warnings,
      bytes: { ...bytes, added: bytes.added + chunkBytes + tables.added },
      // Two machines may have read the two clocks.
      durationMs: Math.max(0, now().getTime() - startedAt.getTime()),
    },
    map: { tables: tables.tables, rowChunks: tables.rowChunks, bucketChunks },
    attachmentSizes: new Map(attachmentChunks.map(({ digest, size }) => [digest, size])),
    startedAt,
    now,
  });
  return timed(options, 'commit', committing);
}

function sectionsOf(
  draft: SnapshotDraft,
  storedOf: (sequence: number) => StoredChunk | undefined,
): TableSection[] {
  return draft.sections.map((section) => {
    const stored = section.stored ?? storedOf(section.sequence);
    if (stored === undefined) throw chunkMissing(draft, section.sequence);
    return tableSection(section, stored);
  });
}

function chunkMissing({ summary }: SnapshotDraft, sequence: number): PipelineError {
  return new PipelineError(
    'draft.chunk-missing',
    `the draft of snapshot ${summary.id} needs the chunk ${sequence}, of which nobody knows whether it is stored`,
    {
      advice: 'The cluster has to be read again.',
      retryable: true,
      context: { snapshot: summary.id, sequence },
    },
  );
}

/** @throws PipelineError `draft.stale`; KlosetStoreError `key.wrong-store`, `key.wrong-cluster` */
function requireOwn({ ring, id }: Cluster, { store, cluster, epoch, summary }: SnapshotDraft): void {
  if (store !== ring.store || cluster !== id) {
    throw new KlosetStoreError(
      store === ring.store ? 'key.wrong-cluster' : 'key.wrong-store',
      `the draft of snapshot ${summary.id} is of the cluster ${cluster} in the store ${store}, not of ${id} in ${ring.store}`,
      { advice: 'Check which store and cluster the worker was given.' },
    );
  }
  if (epoch === ring.epoch) return;
  throw new PipelineError(
    'draft.stale',
    `the keys were rotated while snapshot ${summary.id} was made: its chunks are of key epoch ${epoch}, the key at hand is of ${ring.epoch}`,
    { advice: 'The cluster has to be read again.', retryable: true, context: { snapshot: summary.id } },
  );
}
