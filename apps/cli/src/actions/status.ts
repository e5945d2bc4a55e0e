import { type SnapshotSummary } from '@etcd-kloset/kloset';
import { clusterStates, type ClusterState } from '@etcd-kloset/pipeline';
import { type Action } from '../commands/command.ts';
import { type statusOptions } from '../commands/status.ts';
import { formatDuration, formatTime, plural } from '../output/format.ts';
import { formatTable } from '../output/table.ts';
import { withStore } from '../store/with-store.ts';
import { reportUnreadable } from './unreadable.ts';

export const status: Action<typeof statusOptions> = async (invocation) => {
  const { options, report } = invocation;
  const { clusters, unreadable } = await withStore(invocation, 'read', (store, ring) =>
    clusterStates(store, ring, { maxAgeMs: options.maxAge, cluster: options.cluster, now: new Date() }),
  );
  const bad = clusters.filter(({ state }) => state !== 'ok');
  const isUnread = reportUnreadable(unreadable, report) !== 0;
  if (clusters.length === 0) report.warn('there is no backup of any cluster');
  for (const state of bad) report.warn(complaint(state, options.maxAge));
  const damaged = clusters.filter(({ incomplete }) => incomplete.length > 0);
  for (const state of damaged) report.warn(lack(state));
  const ok = bad.length === 0 && damaged.length === 0 && clusters.length > 0 && !isUnread;
  report.answer(
    {
      ok,
      maxAgeSeconds: options.maxAge === undefined ? null : options.maxAge / 1000,
      clusters: clusters.map(documentOf),
    },
    () => (clusters.length === 0 ? '' : tableOf(clusters)),
  );
  return ok ? 0 : 1;
};

function complaint(
  { cluster, state, ageMs, newest, newestProven, incomplete }: ClusterState,
  maxAge: number | undefined,
): string {
  switch (state) {
    case 'missing':
      return newest === undefined
        ? `there is no backup of ${cluster}`
        : newest.proof === 'proven' || incomplete.length > 0
          ? `there is no proven backup of ${cluster} that could be restored`
          : `there is no proven backup of ${cluster}; ${unprovenText(newest)}`;
    case 'too-old':
      return (
        `the newest proven backup of ${cluster}, ${newestProven!.id}, is ${formatDuration(ageMs!)} old; ` +
        `at most ${formatDuration(maxAge!)} are allowed`
      );
    case 'in-the-future':
      return `the newest proven backup of ${cluster}, ${newestProven!.id}, claims to be from the future: a clock is wrong`;
    case 'ok':
      return `${cluster} is well`;
  }
}

/** Of a cluster whose newest proven snapshots cannot be restored. */
export function lack({ cluster, incomplete: [newest, ...older] }: ClusterState): string {
  const { id, missing } = newest!;
  return (
    `the proven backup ${id} of ${cluster} does not count: ${plural(missing.length, 'object')} that it needs ` +
    `${missing.length === 1 ? 'is' : 'are'} missing or cut short, ${missing[0]!} for one` +
    (older.length === 0 ? '' : `; so it is with ${plural(older.length, 'older one')}`) +
    '. See `etcd-kloset check`'
  );
}

function unprovenText({ id, proof }: SnapshotSummary): string {
  return proof === 'mismatch'
    ? `when the newest, ${id}, was taken, its members did not agree`
    : `the newest, ${id}, was not proven`;
}

function documentOf({ cluster, state, ageMs, newest, newestProven, incomplete }: ClusterState) {
  return {
    cluster,
    state,
    ageSeconds: ageMs === undefined ? null : Math.round(ageMs / 1000),
    newestProven: newestProven === undefined ? null : { snapshot: newestProven.id, time: newestProven.time },
    incomplete: incomplete.map(({ id, missing }) => ({ snapshot: id, missing: missing.length })),
    newest: newest === undefined ? null : { snapshot: newest.id, time: newest.time, proof: newest.proof },
  };
}

function tableOf(clusters: readonly ClusterState[]): string {
  return formatTable(
    [
      { title: 'CLUSTER' },
      { title: 'NEWEST PROVEN' },
      { title: 'TIME' },
      { title: 'AGE', right: true },
      { title: 'STATE' },
      { title: 'NEWEST' },
      { title: 'PROOF' },
    ],
    clusters.map(({ cluster, state, ageMs, newest, newestProven }) => [
      cluster,
      newestProven?.id ?? '-',
      newestProven === undefined ? '-' : formatTime(newestProven.time),
      ageMs === undefined ? '-' : formatDuration(Math.max(0, ageMs)),
      state,
      newest?.id ?? '-',
      newest?.proof ?? '-',
    ]),
  );
}
