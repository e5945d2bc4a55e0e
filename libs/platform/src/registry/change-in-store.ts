import { clusterByName, KlosetStoreError, readDefinition, writeDefinition } from '@etcd-kloset/kloset';
import { type ClusterDefinitionInput } from '../config/definition-schema.ts';
import { type OpenedStore } from '../stores/store-pool.ts';
import { type Expected } from './cluster-registry.ts';
import { openDefinition, sealDefinition } from './definition-seal.ts';
import { type RegistryEntry } from './entry.ts';
import * as refusals from './refusals.ts';

/** Others who write at the same time, one after the other. */
const MOST_TRIES = 5;

/**
 * Writes a definition, or its removal, into the store: the store decides who was first.
 *
 * @throws PlatformError `cluster.exists`, `cluster.conflict`, `cluster.unknown`
 */
export async function changeInStore(
  { config, store, ring }: OpenedStore,
  name: string,
  change: ClusterDefinitionInput | 'removed',
  expected: Expected,
  now: Date,
): Promise<RegistryEntry> {
  const cluster = clusterByName(store, ring, name);
  const sealed = change === 'removed' ? undefined : sealDefinition(ring, name, change);
  for (let tries = 1; ; tries += 1) {
    const found = await readDefinition(cluster);
    // One that was not signed by who may is as good as none.
    const version =
      found === undefined || openDefinition(ring, name, found.definition) === undefined ? 0 : found.number;
    if (expected === 'new' && version > 0) throw refusals.exists(name);
    if (version === 0 && typeof expected === 'number') throw refusals.unknown(name);
    if (change === 'removed' && found?.definition === undefined) throw refusals.unknown(name);
    if (typeof expected === 'number' && expected !== version) throw refusals.conflict(name);
    try {
      const written = await writeDefinition(
        cluster,
        name,
        sealed === undefined ? 'removed' : { definition: sealed },
        now,
        found?.number ?? 0,
      );
      return { store: config.name, name, version: written, sealed };
    } catch (error) {
      if (!(error instanceof KlosetStoreError) || error.code !== 'store.conflict') throw error;
      if (typeof expected === 'number' || tries >= MOST_TRIES) throw refusals.conflict(name);
      // Who expects nothing in particular comes after the other one; who expects nothing at all is told above.
    }
  }
}
