import { hasLabels, type Principal } from '@etcd-kloset/platform';
import { type InputOf } from '../contract/route.ts';
import { type listSnapshots as route } from '../contract/routes/snapshots.ts';
import { labelsOf } from '../contract/schemas/query.ts';
import { type SnapshotPage, type SnapshotView } from '../contract/schemas/snapshot.ts';
import { byKey, pageOfSorted } from '../http/page.ts';
import { type Parts } from '../parts.ts';
import { ailmentOf, homeOf, neverSeen, neverSeenError } from '../stores/never-seen.ts';
import { snapshotsOf } from '../stores/store-views.ts';

type Query = InputOf<typeof route>['query'];

/**
 * What is in the stores, newest first. Labels are those of the snapshots. Of a store that was never reached the list says
 * so; where all that was asked for may be in such a store there is no list.
 *
 * @throws KlosetError what ails that store
 */
export async function listSnapshots(
  { book, views }: Pick<Parts, 'book' | 'views'>,
  principal: Principal,
  query: Query,
): Promise<SnapshotPage> {
  if (principal.clusters !== undefined) await book.all();
  const unseen = await neverSeen(views, (name) => query.store === undefined || name === query.store);
  const isWanted = filterOf(query);
  const found = views
    .all()
    .flatMap((state) => [...snapshotsOf(state)])
    .filter((view) => isWanted(view) && book.maySee(principal, view.cluster))
    .sort(byKey(keyOf))
    .reverse();
  const blind = found.length === 0 ? unseen[0] : await homeOf(book, query.cluster, unseen);
  if (blind !== undefined) throw neverSeenError(blind);
  const page = pageOfSorted(found, keyOf, query, { descending: true });
  if (unseen.length === 0) return page;
  return { ...page, unreachable: unseen.map((state) => ({ store: state.name, ...ailmentOf(state) })) };
}

/** Ids begin with the time; two stores may hold copies of one snapshot. */
function keyOf({ id, store, cluster }: SnapshotView): string {
  return `${id} ${store} ${cluster}`;
}

function filterOf(query: Query): (view: SnapshotView) => boolean {
  const { cluster, store, proof } = query;
  const since = query.since === undefined ? -Infinity : Date.parse(query.since);
  const until = query.until === undefined ? Infinity : Date.parse(query.until);
  const labels = Object.fromEntries(labelsOf(query.label));
  return (view) => {
    const time = Date.parse(view.time);
    return (
      (cluster === undefined || view.cluster === cluster) &&
      (store === undefined || view.store === store) &&
      (proof === undefined || view.proof === proof) &&
      time >= since &&
      time < until &&
      hasLabels(view.labels, labels)
    );
  };
}
