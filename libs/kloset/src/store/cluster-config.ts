import { z } from 'zod';
import { KlosetStoreError } from '../errors.ts';
import { CLUSTERS_PREFIX, configName } from '../format/names.ts';
import { type KeyRing } from '../keys/index.ts';
import { openObject, sealObject } from '../objects/metadata-object.ts';
import { clusterById, getObject, listCluster, readSummary, type Cluster } from './cluster.ts';
import { type Store } from './store.ts';

const schema = z.object({ format: z.literal(1), name: z.string(), created: z.string() });

const MOST_CONFIG_BYTES = 1024 * 1024;

export interface NamedCluster {
  readonly cluster: Cluster;
  readonly name: string;
}

/** Writes a cluster's name into its folder unless it is there and can be read. */
export async function ensureConfig(
  cluster: Cluster,
  name: string,
  configs: readonly string[],
  now: Date,
): Promise<void> {
  const newest = configs.at(-1);
  if (newest !== undefined && !(await isDamaged(cluster, newest))) return;
  const number = newest === undefined ? 1 : Number(newest) + 1;
  const plain = new TextEncoder().encode(JSON.stringify({ format: 1, name, created: now.toISOString() }));
  const object = configName(cluster.id, number);
  const id = object.slice(object.lastIndexOf('/') + 1);
  await cluster.store.storage.put(
    object,
    sealObject(cluster.ring, cluster.id, { magic: 'KLG', kind: 'config', id }, [plain]),
  );
}

/**
 * The clusters of a store by name, as far as the key goes: a one-cluster writer sees its own.
 *
 * A cluster whose configuration is lost or damaged goes by the name in its newest snapshot; when there is none
 * that can be read, by the name of its folder. A folder that has neither snapshots nor a name (its first backup is
 * under way, or died) is left out.
 */
export async function listClusters(store: Store, ring: KeyRing): Promise<NamedCluster[]> {
  const all: NamedCluster[] = [];
  for (const id of await reachableClusters(store, ring)) {
    const cluster = clusterById(store, ring, id);
    const name = await nameOf(cluster);
    if (name !== undefined) all.push({ cluster, name });
  }
  return all.sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** The folders of all clusters, without any key. */
export async function clusterIds(store: Pick<Store, 'storage'>): Promise<string[]> {
  return (await store.storage.folders(CLUSTERS_PREFIX)).filter((id) => /^[0-9a-f]{32}$/.test(id));
}

/** The folders of the clusters that a key ring is good for. */
export async function reachableClusters(store: Store, ring: KeyRing): Promise<string[]> {
  return ring.clusterOnly === undefined ? clusterIds(store) : [ring.clusterOnly.id];
}

/**
 * The name in a configuration.
 * @throws `object.rotten`, `object.malformed`, `store.newer-format`, `seal.does-not-open`, `key.epoch`
 */
export function openConfig(cluster: Cluster, id: string, bytes: Uint8Array): string {
  const object = configName(cluster.id, Number(id));
  const plain = openObject(cluster.ring, cluster.id, { magic: 'KLG', kind: 'config', id }, bytes, object);
  let json: unknown;
  try {
    json = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(plain));
  } catch (cause) {
    throw malformed(object, cause);
  }
  const parsed = schema.safeParse(json);
  if (!parsed.success) throw malformed(object, parsed.error);
  return parsed.data.name;
}

async function readConfig(cluster: Cluster, id: string): Promise<string> {
  const name = configName(cluster.id, Number(id));
  return openConfig(cluster, id, await getObject(cluster.store, name, MOST_CONFIG_BYTES));
}

async function isDamaged(cluster: Cluster, id: string): Promise<boolean> {
  try {
    await readConfig(cluster, id);
    return false;
  } catch (error) {
    if (!(error instanceof KlosetStoreError)) throw error;
    // What is newer than this program or its key is not damaged.
    return error.code !== 'key.epoch' && error.code !== 'store.newer-format';
  }
}

/** What cannot be read is passed over here; the check of the store names it. */
async function nameOf(cluster: Cluster): Promise<string | undefined> {
  const { configs, snapshots } = await listCluster(cluster);
  const sources = [
    ...configs.map((id) => () => readConfig(cluster, id)).reverse(),
    ...snapshots.map((id) => async () => (await readSummary(cluster, id)).cluster).reverse(),
  ];
  for (const read of sources) {
    try {
      return await read();
    } catch (error) {
      if (!(error instanceof KlosetStoreError)) throw error;
    }
  }
  return sources.length === 0 ? undefined : cluster.id;
}

function malformed(object: string, cause: unknown): KlosetStoreError {
  return new KlosetStoreError('object.malformed', `${object} is not a cluster's configuration`, {
    context: { object },
    cause,
  });
}
