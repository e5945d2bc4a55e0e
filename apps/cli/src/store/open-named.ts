import {
  findSnapshot,
  KlosetStoreError,
  listCluster,
  type Cluster,
  type KeyRing,
  type Store,
} from '@etcd-kloset/kloset';
import { openSnapshot, type OpenedSnapshot } from '@etcd-kloset/pipeline';

/**
 * Opens the snapshot that was named. One whose record is damaged is told by its id, with an older one that can be had.
 *
 * @param reference `latest`, an id or the beginning of one
 * @throws KlosetStoreError
 */
export async function openNamed(
  store: Store,
  ring: KeyRing,
  reference: string,
  clusterName: string | undefined,
): Promise<OpenedSnapshot> {
  const { cluster, id } = await findSnapshot(store, ring, reference, clusterName);
  try {
    return await openSnapshot(store, ring, id, clusterName);
  } catch (error) {
    if (!(error instanceof KlosetStoreError) || !/^(object|seal)\./.test(error.code)) throw error;
    const older = await newestReadable(cluster, id, (each) => openSnapshot(store, ring, each, clusterName));
    const instead =
      older === undefined
        ? 'There is no older one of this cluster that can be read.'
        : `The newest older one that can be read is ${older}: name it instead.`;
    throw new KlosetStoreError(error.code, `the record of snapshot ${id} cannot be read: ${error.message}`, {
      advice: `${instead} \`etcd-kloset check\` tells what else is damaged.`,
      context: { ...error.context, snapshot: id },
      cause: error,
    });
  }
}

async function newestReadable(
  cluster: Cluster,
  before: string,
  open: (id: string) => Promise<unknown>,
): Promise<string | undefined> {
  const { snapshots } = await listCluster(cluster);
  for (const id of snapshots.filter((each) => each < before).reverse()) {
    try {
      await open(id);
      return id;
    } catch (error) {
      if (!(error instanceof KlosetStoreError)) throw error;
    }
  }
  return undefined;
}
