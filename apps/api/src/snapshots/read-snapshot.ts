import { clusterByName, readSummary } from '@etcd-kloset/kloset';
import { type Boot } from '@etcd-kloset/platform';
import {
  type SnapshotDetail,
  snapshotDetailSchema,
  type SnapshotView,
} from '../contract/schemas/snapshot.ts';

/** What is told of a snapshot, from its record in the store. */
export async function readSnapshot(
  { stores }: Pick<Boot, 'stores'>,
  view: SnapshotView,
): Promise<SnapshotDetail> {
  const { store, ring } = await stores.open(view.store, 'read');
  const summary = await readSummary(clusterByName(store, ring, view.cluster), view.id);
  // Records hold more than callers are told of, and newer ones may hold more than is known here.
  return snapshotDetailSchema.parse({ ...summary, store: view.store });
}
