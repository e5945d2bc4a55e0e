import { type SnapshotSummary } from '@etcd-kloset/kloset';
import { type Observer } from '../progress.ts';

/** What is compared of a new snapshot with the one before. */
interface Compared {
  readonly encoding: SnapshotSummary['encoding'];
  readonly revision: number;
  /** Rows. */
  readonly total: number;
}

/**
 * A compaction at the wrong revision can leave a "healthy" etcd with hardly a key (etcd issue 22376): the
 * backup is made, and said to be suspicious.
 */
export function warnOfCollapse(
  { warn }: Observer,
  parent: SnapshotSummary | undefined,
  { encoding, total }: Compared,
): void {
  if (parent?.encoding !== 'rows' || encoding !== 'rows') return;
  if (parent.rows.total < 100 || total * 2 > parent.rows.total) return;
  warn?.(
    `the database holds ${total} rows; the snapshot before had ${parent.rows.total}. If nobody deleted them, keep the older snapshots`,
  );
}

/** A name that suddenly stands for another cluster, or for one that went back in time, is said: it may be a mistake. */
export function warnOfOtherCluster(
  { warn }: Observer,
  facts: { readonly clusterName: string } & Pick<SnapshotSummary, 'source' | 'etcd'>,
  parent: SnapshotSummary | undefined,
  { revision }: Compared,
): void {
  const before = parent?.etcd.clusterId;
  const now = facts.etcd.clusterId;
  if (before !== undefined && now !== undefined && before !== now) {
    warn?.(
      `the cluster ${facts.clusterName} has another id than in the snapshot before (${now}, then ${before}): it was restored or rebuilt, or this is another cluster`,
    );
  }
  if (parent?.source === 'cluster' && facts.source === 'cluster' && revision < parent.revision) {
    warn?.(
      `the revision went back from ${parent.revision} to ${revision} since the snapshot before: the cluster was restored or rebuilt, or this is another cluster`,
    );
  }
}
