import { KlosetStoreError } from '@etcd-kloset/kloset';
import { type Principal } from '@etcd-kloset/platform';
import { type SnapshotView } from '../contract/schemas/snapshot.ts';
import { type Parts } from '../parts.ts';
import { snapshotsOf, type StoreViews } from '../stores/store-views.ts';

/** A miss looks through the stores at most so often. */
const LOOK_AGAIN_MS = 5000;

/**
 * A snapshot by its id, in whichever store. One that is not known is looked for once more in the stores themselves:
 * it may have been committed a moment ago.
 *
 * @throws KlosetStoreError `snapshot.not-found`, also for one of a cluster that the key does not see
 */
export async function findSnapshot(
  { book, views }: Pick<Parts, 'book' | 'views'>,
  principal: Principal,
  id: string,
  cluster: string | undefined,
): Promise<SnapshotView> {
  if (principal.clusters !== undefined) await book.all();
  const found = lookFor(views, id, cluster) ?? (await lookAgain(views, id, cluster));
  if (found !== undefined && book.maySee(principal, found.cluster)) return found;
  throw new KlosetStoreError('snapshot.not-found', `There is no snapshot ${id}.`, {
    advice: 'See GET /v1/snapshots for those that your key may see.',
  });
}

function lookFor(views: StoreViews, id: string, cluster: string | undefined): SnapshotView | undefined {
  for (const state of views.all()) {
    for (const view of snapshotsOf(state)) {
      if (view.id === id && (cluster === undefined || view.cluster === cluster)) return view;
    }
  }
  return undefined;
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
