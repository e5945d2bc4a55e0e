import { clusterStates, type ClusterState } from '@etcd-kloset/pipeline';
import { type Action } from '../commands/command.ts';
import { type statusOptions } from '../commands/status.ts';
import { formatDuration, formatTime } from '../output/format.ts';
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
  const ok = bad.length === 0 && clusters.length > 0 && !isUnread;
  report.done(
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
  { cluster, state, ageMs, newest, newestProven }: ClusterState,
  maxAge: number | undefined,
): string {
  switch (state) {
    case 'missing':
      return newest === undefined
        ? `there is no backup of ${cluster}`
        : `there is no proven backup of ${cluster}; the newest, ${newest.id}, is ${newest.proof}`;
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

function documentOf({ cluster, state, ageMs, newest, newestProven }: ClusterState) {
  return {
    cluster,
    state,
    ageSeconds: ageMs === undefined ? null : Math.round(ageMs / 1000),
    newestProven: newestProven === undefined ? null : { snapshot: newestProven.id, time: newestProven.time },
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
