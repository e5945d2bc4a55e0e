import { type SnapshotView } from '../contract/schemas/snapshot.ts';
import { snapshotsOfCluster, type StoreState } from './store-views.ts';

export interface Newest {
  readonly newest: SnapshotView | undefined;
  readonly newestProven: SnapshotView | undefined;
  /** None until the store was looked through: nobody knows. */
  readonly snapshots: number | undefined;
}

/**
 * The newest snapshots of a cluster in its store, whoever took them; a proven one counts when what it needs was there at
 * the last look. Ids sort by time.
 */
export function newestOf(state: StoreState | undefined, cluster: string): Newest {
  let newest: SnapshotView | undefined;
  let newestProven: SnapshotView | undefined;
  let snapshots = 0;
  const held = state && snapshotsOfCluster(state, cluster);
  for (const view of held?.snapshots ?? []) {
    snapshots++;
    if (newest === undefined || view.id > newest.id) newest = view;
    if (view.proof !== 'proven' || held!.incomplete.has(view.id)) continue;
    if (newestProven === undefined || view.id > newestProven.id) newestProven = view;
  }
  return { newest, newestProven, snapshots: state?.scannedAt === undefined ? undefined : snapshots };
}
