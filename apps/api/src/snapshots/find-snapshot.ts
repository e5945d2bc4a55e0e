import { KlosetStoreError } from '@etcd-kloset/kloset';
import { type Principal } from '@etcd-kloset/platform';
import { ApiError } from '../api-error.ts';
import { LATEST } from '../contract/schemas/values.ts';
import { type SnapshotView } from '../contract/schemas/snapshot.ts';
import { type Parts } from '../parts.ts';
import { homeOf, neverSeen, neverSeenError } from '../stores/never-seen.ts';
import { snapshotsOf, type StoreViews } from '../stores/store-views.ts';

/** A miss looks through the stores at most so often. */
const LOOK_AGAIN_MS = 5000;

/**
 * A snapshot by its id, or the `latest` of a cluster, in whichever store. One that is not known is looked for once more in the stores themselves:
 * it may have been committed a moment ago.
 *
 * @throws ApiError `http.bad-parameter` for the latest of all clusters
 * @throws KlosetStoreError `snapshot.not-found`, also for one of a cluster that the key does not see
 * @throws KlosetError what ails a store that was never reached, where it may be
 */
export async function findSnapshot(
  { book, views }: Pick<Parts, 'book' | 'views'>,
  principal: Principal,
  id: string,
  cluster: string | undefined,
): Promise<SnapshotView> {
  if (id === LATEST && cluster === undefined) throw latestOfWhat();
  if (principal.clusters !== undefined) await book.all();
  // What was the latest when the stores were last looked through may not be it any more.
  const known = id === LATEST ? undefined : lookFor(views, id, cluster);
  const unseen = known === undefined ? await neverSeen(views, () => true) : [];
  const found = known ?? (await lookAgain(views, id, cluster));
  const isVisible = found !== undefined && book.maySee(principal, found.cluster);
  // The latest of another store may be an old copy.
  const blind = isVisible ? await homeOf(book, id === LATEST ? cluster : undefined, unseen) : unseen[0];
  if (blind !== undefined) throw neverSeenError(blind);
  if (isVisible) return found;
  throw new KlosetStoreError(
    'snapshot.not-found',
    `There is no snapshot ${id}${cluster === undefined ? '' : ` of ${cluster}`}.`,
    {
      advice: 'See GET /v1/snapshots for those that your key may see.',
    },
  );
}

function lookFor(views: StoreViews, id: string, cluster: string | undefined): SnapshotView | undefined {
  let found: SnapshotView | undefined;
  for (const state of views.all()) {
    for (const view of snapshotsOf(state)) {
      if (cluster !== undefined && view.cluster !== cluster) continue;
      if (view.id === id) return view;
      // Ids sort by time.
      if (id === LATEST && (found === undefined || view.id > found.id)) found = view;
    }
  }
  return found;
}

function latestOfWhat(): ApiError {
  return new ApiError('http.bad-parameter', 'The latest snapshot is that of a cluster.', {
    advice: 'Name the cluster: ?cluster=NAME.',
    mistakes: [{ at: 'query.cluster', message: 'needed with latest' }],
  });
}

async function lookAgain(
  views: StoreViews,
  id: string,
  cluster: string | undefined,
): Promise<SnapshotView | undefined> {
  const signal = AbortSignal.timeout(LOOK_AGAIN_MS);
  const stale = views
    .all()
    .filter(({ checkedAt }) => checkedAt === undefined || Date.now() - checkedAt.getTime() > LOOK_AGAIN_MS);
  // A look at one cluster costs little.
  const looks =
    cluster === undefined
      ? stale.map(({ name }) => views.scan(name, NEVER))
      : views.all().map(({ name }) => views.look(name, cluster));
  // A store that hangs is not waited for.
  const aborted = new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
  await Promise.race([aborted, Promise.allSettled(looks)]);
  return lookFor(views, id, cluster);
}

const NEVER = new AbortController().signal;
