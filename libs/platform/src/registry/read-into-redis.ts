import { describeError } from '@etcd-kloset/errors';
import { isJobsError } from '@etcd-kloset/jobs';
import { clusterByName } from '@etcd-kloset/kloset';
import { type OpenedStore } from '../stores/store-pool.ts';
import { type RegistryProblem } from './cluster-registry.ts';
import { encodeEntry, type RegistryEntry } from './entry.ts';
import { type KnownDefinitions } from './known-definitions.ts';
import { readOne, readStore } from './read-store.ts';
import { type CopiedEntry, type RedisCopy } from './redis-copy.ts';

/**
 * Makes what Redis and this process know of a store what the store says. Others change definitions meanwhile: what they
 * wrote after the store was listed is seen to be newer, or looked at once more, and stays.
 */
export async function readIntoRedis(
  opened: OpenedStore,
  copy: RedisCopy,
  known: KnownDefinitions,
  warn: (sentence: string) => void,
): Promise<readonly RegistryProblem[]> {
  const store = opened.config.name;
  const copied = await copiedOf(store, copy, warn);
  const remembered = new Map(known.of(store).map((entry) => [entry.name, entry]));
  const { entries, problems } = await readStore(opened);
  const found = new Map(entries.map((entry) => [entry.name, entry]));

  // What is newer elsewhere was written meanwhile; unless the store was put back to what it was before.
  const doubtful = new Set(
    [...remembered.values(), ...(copied?.values() ?? [])].flatMap(({ name, version }) =>
      version > (found.get(name)?.version ?? -1) ? [name] : [],
    ),
  );
  for (const name of doubtful) {
    const { entry } = await readAgain(opened, name);
    if (entry === undefined) found.delete(name);
    else found.set(name, entry);
  }

  for (const name of new Set([...found.keys(), ...remembered.keys()])) {
    const now = known.get(store, name);
    if (now !== remembered.get(name)) continue;
    const entry = found.get(name);
    if (entry === undefined) known.delete(store, name);
    else known.set(entry);
  }
  if (copied !== undefined) {
    try {
      await bringUpToDate(copy, copied, found);
      await copy.markRead(store);
    } catch (error) {
      warnOfRedis(error, store, warn);
    }
  }
  return problems;
}

async function bringUpToDate(
  copy: RedisCopy,
  copied: ReadonlyMap<string, CopiedEntry>,
  found: ReadonlyMap<string, RegistryEntry>,
): Promise<void> {
  for (const entry of found.values()) {
    const old = copied.get(entry.name);
    if (old?.raw === encodeEntry(entry)) continue;
    if (old !== undefined && old.version > entry.version) await copy.exchange(old, entry);
    else await copy.put(entry);
  }
  for (const old of copied.values()) if (!found.has(old.name)) await copy.exchange(old, undefined);
}

/** Undefined when Redis does not answer: then this process alone knows for now. */
async function copiedOf(
  store: string,
  copy: RedisCopy,
  warn: (sentence: string) => void,
): Promise<Map<string, CopiedEntry> | undefined> {
  try {
    const { entries } = await copy.all([]);
    return new Map(entries.filter((entry) => entry.store === store).map((entry) => [entry.name, entry]));
  } catch (error) {
    warnOfRedis(error, store, warn);
    return undefined;
  }
}

function warnOfRedis(error: unknown, store: string, warn: (sentence: string) => void): void {
  if (!isJobsError(error)) throw error;
  warn(`Redis could not be told of the definitions in the store ${store}. ${describeError(error)}`);
}

async function readAgain({ config, store, ring }: OpenedStore, name: string): ReturnType<typeof readOne> {
  // A key of one cluster knows nothing of others.
  if (ring.clusterOnly !== undefined && ring.clusterOnly.name !== name) return {};
  return readOne(config.name, clusterByName(store, ring, name));
}
