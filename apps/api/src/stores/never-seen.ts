import { KlosetError } from '@etcd-kloset/errors';
import { type ClusterBook } from '../clusters/cluster-book.ts';
import { type StoreState, type StoreViews } from './store-views.ts';

/** A store that is away is asked again at most so often, and waited for so long. */
const LOOK_AGAIN_MS = 2000;
const NEVER = new AbortController().signal;

/**
 * Those stores that were never looked through since the start: what is in them nobody here knows, and whoever asks must
 * not hear that it is nothing. They are looked at once more before.
 *
 * @param isMeant whether a store could hold what is asked for
 */
export async function neverSeen(
  views: StoreViews,
  isMeant: (store: string) => boolean,
): Promise<readonly StoreState[]> {
  const unseen = (): StoreState[] =>
    views.all().filter(({ name, scannedAt }) => scannedAt === undefined && isMeant(name));
  const stale = unseen().filter(
    ({ checkedAt }) => checkedAt === undefined || Date.now() - checkedAt.getTime() > LOOK_AGAIN_MS,
  );
  if (stale.length === 0) return unseen();
  // A store that hangs is not waited for.
  const signal = AbortSignal.timeout(LOOK_AGAIN_MS);
  const waited = new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
  await Promise.race([waited, Promise.allSettled(stale.map(({ name }) => views.scan(name, NEVER)))]);
  return unseen();
}

/** The one of them that the cluster is backed up into: what others hold of it says nothing. */
export async function homeOf(
  book: ClusterBook,
  cluster: string | undefined,
  unseen: readonly StoreState[],
): Promise<StoreState | undefined> {
  if (cluster === undefined || unseen.length === 0) return undefined;
  const home = (await book.all()).find(({ name }) => name === cluster)?.store;
  return unseen.find(({ name }) => name === home);
}

/** What ails a store that was never looked through, as an answer. */
export function neverSeenError(state: StoreState): KlosetError {
  const { code, message, advice } = ailmentOf(state);
  return new KlosetError(code, `What is in the store ${state.name} is not known yet: ${message}`, {
    advice: advice ?? 'Ask again; GET /v1/stores says how the stores are.',
    retryable: true,
  });
}

export function ailmentOf({ name, error }: StoreState): NonNullable<StoreState['error']> {
  return error ?? { code: 'store.hangs', message: `The store ${name} was not looked through yet.` };
}
