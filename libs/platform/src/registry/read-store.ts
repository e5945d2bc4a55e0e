import { describeError } from '@etcd-kloset/errors';
import { type Cluster, clusterById, clusterIds, KlosetStoreError, readDefinition } from '@etcd-kloset/kloset';
import { type OpenedStore } from '../stores/store-pool.ts';
import { type RegistryProblem } from './cluster-registry.ts';
import { type RegistryEntry } from './entry.ts';

/** Requests to a store at a time. */
const AT_A_TIME = 8;

export interface StoreDefinitions {
  readonly entries: readonly RegistryEntry[];
  readonly problems: readonly RegistryProblem[];
}

/** All definitions of a store, as far as its key reaches. */
export async function readStore({ config, store, ring }: OpenedStore): Promise<StoreDefinitions> {
  const ids = ring.clusterOnly === undefined ? await clusterIds(store) : [ring.clusterOnly.id];
  const entries: RegistryEntry[] = [];
  const problems: RegistryProblem[] = [];
  const waiting = [...ids];
  const work = async (): Promise<void> => {
    for (let id = waiting.shift(); id !== undefined; id = waiting.shift()) {
      const read = await readOne(config.name, clusterById(store, ring, id));
      if (read.entry !== undefined) entries.push(read.entry);
      if (read.problem !== undefined) problems.push(read.problem);
    }
  };
  await Promise.all(Array.from({ length: AT_A_TIME }, work));
  return { entries, problems };
}

/** The definition of one cluster; neither that nor a problem where a store has none of it. */
export async function readOne(
  store: string,
  cluster: Cluster,
): Promise<{ entry?: RegistryEntry; problem?: RegistryProblem }> {
  const unreadable = (name: string | undefined, why: string): RegistryProblem => ({
    kind: 'unreadable',
    store,
    cluster: name,
    message: `The store ${store} has a definition of ${name === undefined ? `the cluster with the folder ${cluster.id}` : JSON.stringify(name)} that cannot be read: ${why}`,
  });
  try {
    const found = await readDefinition(cluster);
    if (found === undefined) return {};
    const { name, number, definition, removed, unreadable: newer } = found;
    const problem =
      newer.length === 0
        ? undefined
        : unreadable(
            name,
            `configuration ${newer.join(', ')} is damaged, or of a newer key than ours; an older one counts.`,
          );
    // A backup of the command line writes the name alone.
    const entry =
      removed || definition !== undefined ? { store, name, version: number, sealed: definition } : undefined;
    return { entry, problem };
  } catch (error) {
    if (!(error instanceof KlosetStoreError)) throw error;
    return { problem: unreadable(undefined, describeError(error)) };
  }
}
