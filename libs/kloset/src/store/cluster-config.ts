import { KlosetStoreError } from '../errors.ts';
import { CLUSTERS_PREFIX } from '../format/names.ts';
import { type KeyRing } from '../keys/index.ts';
import { clusterById, listCluster, readSummary, type Cluster } from './cluster.ts';
import { readDefinition, type StoredDefinition } from './cluster-definition.ts';
import {
  isDamage,
  listConfigs,
  openConfigObject,
  putConfig,
  readConfig,
  type ConfigObject,
} from './config-object.ts';
import { type Store } from './store.ts';

export interface NamedCluster {
  readonly cluster: Cluster;
  readonly name: string;
}

/**
 * Writes a cluster's name into its folder unless it is there and can be read. What takes the place of a damaged
 * configuration has the definition that was there before it.
 *
 * @param configs numbers of configurations that are there: of all, or of the newest
 * @param warn told what became of a damaged one
 */
export async function ensureConfig(
  cluster: Cluster,
  name: string,
  configs: readonly string[],
  now: Date,
  warn?: (sentence: string) => void,
): Promise<void> {
  const newest = configs.at(-1);
  const created = now.toISOString();
  if (newest === undefined) {
    await putConfig(cluster, 1, { name, created });
    return;
  }
  if (!(await isDamaged(cluster, newest))) return;
  // Somebody may have mended it, or written a new definition, since those numbers were listed.
  const last = (await listConfigs(cluster)).at(-1) ?? newest;
  if (last !== newest && !(await isDamaged(cluster, last))) return;
  const before = await readDefinition(cluster);
  const kept = keptOf(before);
  const number = Number(last) + 1;
  if ((await putConfig(cluster, number, { name, created, ...kept })) === 'exists') return;
  warn?.(
    `the configuration ${Number(last)} of cluster ${name} is damaged: it was written again as ${number}` +
      (before === undefined || Object.keys(kept).length === 0
        ? ''
        : `, with the definition of ${before.number}; a change of it after that is lost`),
  );
}

function keptOf(before: StoredDefinition | undefined): Pick<ConfigObject, 'definition' | 'removed'> {
  if (before?.removed === true) return { removed: true };
  return before?.definition === undefined ? {} : { definition: before.definition };
}

/**
 * The clusters of a store by name, as far as the key goes: a one-cluster writer sees its own.
 *
 * A cluster whose configuration is lost or damaged goes by the name in its newest snapshot; when there is none
 * that can be read, by the name of its folder. A folder that has neither snapshots nor a name (its first backup is
 * under way, or died) is left out, and so is a cluster that was taken away and has no snapshots.
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
  return openConfigObject(cluster, id, bytes).name;
}

async function isDamaged(cluster: Cluster, id: string): Promise<boolean> {
  try {
    await readConfig(cluster, id);
    return false;
  } catch (error) {
    return isDamage(error);
  }
}

/** What cannot be read is passed over here; the check of the store names it. */
async function nameOf(cluster: Cluster): Promise<string | undefined> {
  const { configs, snapshots } = await listCluster(cluster);
  const sources = [
    ...configs.map((id) => () => readConfig(cluster, id)).reverse(),
    ...snapshots.map((id) => async () => ({ name: (await readSummary(cluster, id)).cluster })).reverse(),
  ];
  for (const read of sources) {
    try {
      const found: Pick<ConfigObject, 'name' | 'removed'> = await read();
      return found.removed === true && snapshots.length === 0 ? undefined : found.name;
    } catch (error) {
      if (!(error instanceof KlosetStoreError)) throw error;
    }
  }
  return sources.length === 0 ? undefined : cluster.id;
}
