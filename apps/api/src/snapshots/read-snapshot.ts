import { clusterByName, readSummary } from '@etcd-kloset/kloset';
import { type Boot } from '@etcd-kloset/platform';
import { type SnapshotDetail, type SnapshotView } from '../contract/schemas/snapshot.ts';

/** The whole summary of a snapshot, from its record in the store. */
export async function readSnapshot(
  { stores }: Pick<Boot, 'stores'>,
  view: SnapshotView,
): Promise<SnapshotDetail> {
  const { store, ring } = await stores.open(view.store, 'read');
  const summary = await readSummary(clusterByName(store, ring, view.cluster), view.id);
  const { format: _format, attachments, ...rest } = summary;
  return {
    ...rest,
    store: view.store,
    attachments: attachments.map(({ name, size, sha256 }) => ({ name, size, sha256 })),
  };
}
