import { storeSizes, type Sizes } from '@etcd-kloset/pipeline';
import { type Action } from '../commands/command.ts';
import { type statsOptions } from '../commands/stats.ts';
import { formatBytes, formatCount, formatRatio } from '../output/format.ts';
import { formatTable } from '../output/table.ts';
import { requireCluster } from '../store/require-cluster.ts';
import { withStore } from '../store/with-store.ts';
import { reportUnreadable } from './unreadable.ts';

export const stats: Action<typeof statsOptions> = async (invocation) => {
  const { options, report, signal } = invocation;
  const { clusters, total, unreadable } = await withStore(invocation, 'read', async (store, ring) => {
    await requireCluster(store, ring, options.cluster);
    return storeSizes(store, ring, { cluster: options.cluster, signal });
  });
  report.answer(
    {
      clusters: clusters.map(({ cluster, ...sizes }) => ({ cluster, ...documentOf(sizes) })),
      total: documentOf(total),
    },
    () =>
      formatTable(
        [
          { title: 'CLUSTER' },
          { title: 'SNAPSHOTS', right: true },
          { title: 'STREAMED', right: true },
          { title: 'KEPT', right: true },
          { title: 'RATIO', right: true },
          { title: 'OBJECTS', right: true },
        ],
        [
          ...clusters.map(({ cluster, ...sizes }) => [cluster, ...cellsOf(sizes)]),
          ['total', ...cellsOf(total)],
        ],
      ),
  );
  return reportUnreadable(unreadable, report);
};

function documentOf({ snapshots, streamed, kept, objects }: Sizes) {
  return { snapshots, bytes: { streamed, kept }, ratio: kept === 0 ? null : streamed / kept, objects };
}

function cellsOf({ snapshots, streamed, kept, objects }: Sizes): string[] {
  return [
    formatCount(snapshots),
    formatBytes(streamed),
    formatBytes(kept),
    formatRatio(kept, streamed),
    formatCount(objects),
  ];
}
