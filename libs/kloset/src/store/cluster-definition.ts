import { KlosetStoreError } from '../errors.ts';
import { type Cluster } from './cluster.ts';
import { LAST_NUMBER, listConfigs, putConfig, readConfig, type ConfigObject } from './config-object.ts';

/** A definition is what a person writes: with 256 KiB there is something wrong with it. */
export const MOST_DEFINITION_BYTES = 256 * 1024;

/** What a store knows of how a cluster is backed up. */
export interface StoredDefinition {
  /** Of the configuration that says so. */
  readonly number: number;
  readonly name: string;
  /** When that was written, RFC 3339. */
  readonly created: string;
  /** JSON, as it was given; undefined when nobody gave one, or it was taken away. */
  readonly definition: unknown;
  /** Whether it was taken away. */
  readonly removed: boolean;
  /** Newer configurations that cannot be read: damaged, or newer than this program or its key. */
  readonly unreadable: readonly number[];
}

/**
 * The cluster's definition as the newest configuration has it that can be read and speaks of one. One that has the
 * name alone, as a backup of the command line writes it, says nothing about the definition before it.
 *
 * @returns undefined when the cluster has no configuration that can be read
 */
export async function readDefinition(cluster: Cluster): Promise<StoredDefinition | undefined> {
  const unreadable: number[] = [];
  let named: StoredDefinition | undefined;
  for (const id of (await listConfigs(cluster)).reverse()) {
    const number = Number(id);
    const config = await readOrPass(cluster, id);
    if (config === undefined) {
      unreadable.push(number);
      continue;
    }
    const found = definitionOf(number, config, [...unreadable]);
    if (found.removed || found.definition !== undefined) return found;
    named ??= found;
  }
  return named;
}

/**
 * Writes a definition, or that there is none any more, under the next number. Never over another one: of several who
 * write at once one wins.
 *
 * @param change JSON of at most 256 KiB, or `'removed'`
 * @param after the number that `readDefinition` gave to whoever made the change, 0 for none: somebody else's change
 *   since then is a conflict. Left away: whatever is there is replaced
 * @returns its number
 * @throws KlosetStoreError `store.conflict`, `store.bad-definition`; StorageError
 */
export async function writeDefinition(
  cluster: Cluster,
  name: string,
  change: { readonly definition: unknown } | 'removed',
  now: Date,
  after?: number,
): Promise<number> {
  if (cluster.ring.clusterIdOf(name) !== cluster.id) {
    throw bad(name, `its folder is ${cluster.ring.clusterIdOf(name)}, not ${cluster.id}`);
  }
  const what =
    change === 'removed' ? { removed: true as const } : { definition: checked(name, change.definition) };
  // The listing first: what is written meanwhile takes the number that is tried below.
  const newest = Number((await listConfigs(cluster)).at(-1) ?? 0);
  if (after !== undefined && after !== ((await readDefinition(cluster))?.number ?? 0)) throw conflict(name);
  const number = newest + 1;
  if (number > LAST_NUMBER) throw bad(name, 'the numbers of its configurations are used up');
  const outcome = await putConfig(cluster, number, { name, created: now.toISOString(), ...what });
  if (outcome === 'exists') throw conflict(name);
  return number;
}

async function readOrPass(cluster: Cluster, id: string): Promise<ConfigObject | undefined> {
  try {
    return await readConfig(cluster, id);
  } catch (error) {
    if (error instanceof KlosetStoreError) return undefined;
    throw error;
  }
}

function definitionOf(
  number: number,
  { name, created, definition, removed }: ConfigObject,
  unreadable: readonly number[],
): StoredDefinition {
  const isRemoved = removed === true;
  return {
    number,
    name,
    created,
    definition: isRemoved ? undefined : definition,
    removed: isRemoved,
    unreadable,
  };
}

/** As it will be read again. */
function checked(name: string, definition: unknown): unknown {
  const json = JSON.stringify(definition) as string | undefined;
  if (json === undefined || json === 'null') throw bad(name, 'it is no JSON');
  const bytes = Buffer.byteLength(json);
  if (bytes > MOST_DEFINITION_BYTES) {
    throw bad(name, `it has ${bytes} bytes, more than the ${MOST_DEFINITION_BYTES} that it may have`);
  }
  return JSON.parse(json);
}

function bad(name: string, why: string): KlosetStoreError {
  return new KlosetStoreError(
    'store.bad-definition',
    `the definition of cluster ${JSON.stringify(name)} cannot be written: ${why}`,
    { advice: 'Correct the definition.', context: { cluster: name } },
  );
}

function conflict(name: string): KlosetStoreError {
  return new KlosetStoreError(
    'store.conflict',
    `the definition of cluster ${JSON.stringify(name)} was changed by somebody else at the same time`,
    {
      advice: 'Look at what it is now, and make the change again.',
      retryable: true,
      context: { cluster: name },
    },
  );
}
