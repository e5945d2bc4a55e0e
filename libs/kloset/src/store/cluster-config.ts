import { z } from 'zod';
import { KlosetStoreError } from '../errors.ts';
import { CLUSTERS_PREFIX, configName } from '../format/names.ts';
import { type KeyRing } from '../keys/index.ts';
import { openObject, sealObject } from '../objects/metadata-object.ts';
import { clusterById, getObject, type Cluster } from './cluster.ts';
import { type Store } from './store.ts';

const schema = z.object({ format: z.literal(1), name: z.string(), created: z.string() });

export interface NamedCluster {
  readonly cluster: Cluster;
  readonly name: string;
}

/** Writes a cluster's name into its folder unless it is there. */
export async function ensureConfig(
  cluster: Cluster,
  name: string,
  configs: readonly string[],
  now: Date,
): Promise<void> {
  if (configs.length > 0) return;
  const plain = new TextEncoder().encode(JSON.stringify({ format: 1, name, created: now.toISOString() }));
  const id = '00000001';
  await cluster.store.storage.put(
    configName(cluster.id, 1),
    sealObject(cluster.ring, cluster.id, { magic: 'KLG', kind: 'config', id }, [plain]),
  );
}

/**
 * The clusters of a store by name, as far as the key goes: a one-cluster writer sees its own.
 * A folder without a name yet (its first backup is under way, or died) is left out.
 */
export async function listClusters(store: Store, ring: KeyRing): Promise<NamedCluster[]> {
  const ids = ring.clusterOnly === undefined ? await clusterIds(store) : [ring.clusterOnly.id];
  const all: NamedCluster[] = [];
  for (const id of ids) {
    const cluster = clusterById(store, ring, id);
    const name = await readName(cluster);
    if (name !== undefined) all.push({ cluster, name });
  }
  return all.sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** The folders of all clusters, without any key. */
export async function clusterIds(store: Store): Promise<string[]> {
  return (await store.storage.folders(CLUSTERS_PREFIX)).filter((id) => /^[0-9a-f]{32}$/.test(id));
}

async function readName(cluster: Cluster): Promise<string | undefined> {
  let newest: string | undefined;
  for await (const { name } of cluster.store.storage.list(`${CLUSTERS_PREFIX}${cluster.id}/config/`))
    newest = name;
  if (newest === undefined) return undefined;
  const id = newest.slice(newest.lastIndexOf('/') + 1);
  const bytes = await getObject(cluster.store, newest);
  const plain = openObject(cluster.ring, cluster.id, { magic: 'KLG', kind: 'config', id }, bytes, newest);
  const parsed = schema.safeParse(JSON.parse(new TextDecoder().decode(plain)));
  if (!parsed.success)
    throw new KlosetStoreError('object.malformed', `${newest} is not a cluster's configuration`);
  return parsed.data.name;
}
