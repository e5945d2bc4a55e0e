import {
  KlosetStoreError,
  listCluster,
  readPlainRecord,
  sealRecord,
  snapshotName,
  summaryOf,
  type Cluster,
  type NeededObject,
  type PlainRecord,
  type SnapshotMap,
  type SnapshotSummary,
} from '@etcd-kloset/kloset';

/** A record from a clock that is further off than this would sort wrongly and mislead retention. */
const MOST_SKEW_MS = 5 * 60 * 1000;
/** Half the grace that pruning waits: what a longer backup counted on may have been pruned meanwhile. */
const MOST_DURATION_MS = 24 * 60 * 60 * 1000;

export interface CommitInput {
  readonly cluster: Cluster;
  /** `bytes.added` without the record, which is added here. */
  readonly summary: SnapshotSummary;
  readonly map: SnapshotMap;
  /** Bytes of chunks that only attachments use, by digest. */
  readonly attachmentSizes: ReadonlyMap<string, number>;
  readonly startedAt: Date;
  readonly now: () => Date;
}

/**
 * Writes the snapshot record, then sees with its own eyes that everything the record needs is in the store.
 * Only when this returns is the snapshot acknowledged. A record that is there already counts, as it is.
 *
 * @throws KlosetStoreError `store.clock-skew`, `store.backup-too-long` (nothing was written),
 *   `store.incomplete`
 */
export async function commit(input: CommitInput): Promise<SnapshotSummary> {
  const { cluster, summary, map, attachmentSizes, startedAt, now } = input;
  const { storage } = cluster.store;
  await requireSaneClock(storage, now);
  const elapsed = now().getTime() - startedAt.getTime();
  if (elapsed > MOST_DURATION_MS) {
    throw new KlosetStoreError(
      'store.backup-too-long',
      `the backup took ${Math.round(elapsed / 3_600_000)} hours: what it builds on may have been pruned meanwhile`,
      {
        advice: 'Find out what held it up, and run it again.',
        retryable: true,
      },
    );
  }
  const needs = needsOf(map, attachmentSizes);
  const { parts, summary: final } = sealWithSize(cluster, summary, map, needs);
  if ((await storage.put(snapshotName(cluster.id, summary.id), parts)) === 'exists') {
    const theirs = await acknowledge(cluster, summary.id);
    if (theirs !== undefined) return theirs;
  }
  await requireComplete(cluster, summary.id, needs);
  return final;
}

/**
 * A snapshot whose record was written before, by whoever: sees that everything is there, as `commit` does.
 *
 * @returns undefined when there is no record
 * @throws KlosetStoreError `store.incomplete`, and what is wrong with the record
 */
export async function acknowledge(cluster: Cluster, id: string): Promise<SnapshotSummary | undefined> {
  const record = await recordOf(cluster, id);
  if (record === undefined) return undefined;
  const summary = summaryOf(cluster, id, record);
  await requireComplete(cluster, id, record.needs);
  return summary;
}

async function recordOf(cluster: Cluster, id: string): Promise<PlainRecord | undefined> {
  try {
    return await readPlainRecord(cluster, id);
  } catch (error) {
    if (error instanceof KlosetStoreError && error.code === 'object.missing') return undefined;
    throw error;
  }
}

/** @throws KlosetStoreError `store.clock-skew` */
export async function requireSaneClock(storage: Cluster['store']['storage'], now: () => Date): Promise<void> {
  const theirs = await storage.now();
  const skew = now().getTime() - theirs.getTime();
  if (Math.abs(skew) <= MOST_SKEW_MS) return;
  const minutes = Math.round(Math.abs(skew) / 60_000);
  throw new KlosetStoreError(
    'store.clock-skew',
    `this machine's clock is ${minutes} minutes ${skew > 0 ? 'ahead of' : 'behind'} the store's (${theirs.toISOString()})`,
    { advice: 'Set the clock (NTP); snapshots sort by time, and a wrong one would mislead retention.' },
  );
}

function needsOf(map: SnapshotMap, attachmentSizes: ReadonlyMap<string, number>): NeededObject[] {
  const needs = new Map<string, NeededObject>();
  for (const { digest, objectSize } of map.rowChunks)
    needs.set(digest, { kind: 'chunk', digest, size: objectSize });
  for (const { digest, size } of map.bucketChunks) needs.set(digest, { kind: 'chunk', digest, size });
  for (const [digest, size] of attachmentSizes) needs.set(digest, { kind: 'chunk', digest, size });
  for (const { digest, size } of map.tables) needs.set(digest, { kind: 'table', digest, size });
  return [...needs.values()];
}

/** The record counts itself among the bytes added; sealing is cheap, so it is sealed twice for that. */
function sealWithSize(
  cluster: Cluster,
  summary: SnapshotSummary,
  map: SnapshotMap,
  needs: readonly NeededObject[],
) {
  const draft = sealRecord(cluster.ring, cluster.id, summary, map, needs);
  const size = draft.reduce((sum, part) => sum + part.length, 0);
  const counted = { ...summary, bytes: { ...summary.bytes, added: summary.bytes.added + size } };
  return { parts: sealRecord(cluster.ring, cluster.id, counted, map, needs), summary: counted };
}

async function requireComplete(cluster: Cluster, id: string, needs: readonly NeededObject[]): Promise<void> {
  const { chunks, tables, snapshots } = await listCluster(cluster);
  const missing = needs.filter(
    ({ kind, digest, size }) => (kind === 'chunk' ? chunks : tables).get(digest) !== size,
  );
  if (missing.length === 0 && snapshots.includes(id)) return;
  const names = missing.slice(0, 3).map(({ kind, digest }) => `${kind} ${digest}`);
  throw new KlosetStoreError(
    'store.incomplete',
    missing.length === 0
      ? `the record of snapshot ${id} is not in the store after it was written`
      : `${missing.length} objects that snapshot ${id} needs are not in the store: ${names.join(', ')}`,
    {
      advice: 'Run the backup again: what is missing is then stored again. Find out who removes objects.',
      retryable: true,
    },
  );
}
