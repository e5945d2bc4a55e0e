import { listSnapshots, selectClusters, type SnapshotSummary } from '@etcd-kloset/kloset';
import { type Action } from '../commands/command.ts';
import { type snapshotsOptions } from '../commands/snapshots.ts';
import { snapshotDocument } from '../output/documents.ts';
import { formatBytes, formatCount, formatTime } from '../output/format.ts';
import { formatTable } from '../output/table.ts';
import { requireCluster } from '../store/require-cluster.ts';
import { withStore } from '../store/with-store.ts';
import { reportUnreadable } from './unreadable.ts';

export const snapshots: Action<typeof snapshotsOptions> = async (invocation) => {
  const { options, report } = invocation;
  const { listed, unreadable } = await withStore(invocation, 'read', async (store, ring) => {
    await requireCluster(store, ring, options.cluster);
    const clusters = await selectClusters(store, ring, options.cluster);
    const list = await listSnapshots(clusters);
    return { listed: list.snapshots.map(({ summary }) => summary), unreadable: list.unreadable };
  });
  const shown = listed.filter(({ labels }) => options.label.every(([key, value]) => labels[key] === value));
  if (shown.length === 0) report.note('there are no snapshots');
  report.answer(shown.map(snapshotDocument), () => (shown.length === 0 ? '' : tableOf(shown)));
  return reportUnreadable(unreadable, report);
};

function tableOf(summaries: readonly SnapshotSummary[]): string {
  const hasLabels = summaries.some(({ labels }) => Object.keys(labels).length > 0);
  return formatTable(
    [
      { title: 'SNAPSHOT' },
      { title: 'CLUSTER' },
      { title: 'TIME' },
      { title: 'REVISION', right: true },
      { title: 'ROWS', right: true },
      { title: 'NEW', right: true },
      { title: 'STREAM', right: true },
      { title: 'ADDED', right: true },
      { title: 'PROOF' },
      ...(hasLabels ? [{ title: 'LABELS' }] : []),
    ],
    summaries.map((summary) => [
      summary.id,
      summary.cluster,
      formatTime(summary.time),
      formatCount(summary.revision),
      formatCount(summary.rows.total),
      formatCount(summary.rows.new),
      formatBytes(summary.bytes.stream),
      formatBytes(summary.bytes.added),
      summary.proof,
      ...(hasLabels ? [labelsText(summary.labels)] : []),
    ]),
  );
}

export function labelsText(labels: Readonly<Record<string, string>>): string {
  return Object.entries(labels)
    .map(([key, value]) => `${key}=${value}`)
    .join(' ');
}
