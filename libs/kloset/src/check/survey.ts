import { type ObjectInfo, type Storage } from '@etcd-kloset/storage';
import { clusterPrefix, KEYS_PREFIX, parseName, STORE_FILE } from '../format/names.ts';

/** Names nobody knows are shown up to this number, and counted beyond. */
const MOST_UNKNOWN = 20;

/** What lies in a store, before anything of it is read. */
export interface Survey {
  /** Bytes of all objects whose names we know. */
  readonly bytes: number;
  readonly hasStoreFile: boolean;
  /** Names of the key files, with their folder. */
  readonly keyFiles: readonly string[];
  /** The folders of clusters, sorted. */
  readonly clusters: readonly string[];
  readonly unknown: { readonly count: number; readonly names: readonly string[] };
}

/** @param cluster the folder of the only cluster that is looked at; all when it is undefined */
export async function surveyStore(
  storage: Storage,
  cluster: string | undefined,
  signal: AbortSignal | undefined,
): Promise<Survey> {
  const clusters = new Set<string>();
  const keyFiles: string[] = [];
  const names: string[] = [];
  let count = 0;
  let bytes = 0;
  let hasStoreFile = false;
  for await (const { name, size } of objectsOf(storage, cluster, signal)) {
    const parsed = parseName(name);
    if (parsed.kind === 'unknown') {
      if (++count <= MOST_UNKNOWN) names.push(name);
      continue;
    }
    bytes += size;
    if (parsed.kind === 'store') hasStoreFile = true;
    else if (parsed.kind === 'key') keyFiles.push(name);
    else clusters.add(parsed.cluster);
  }
  return { bytes, hasStoreFile, keyFiles, clusters: [...clusters].sort(), unknown: { count, names } };
}

async function* objectsOf(
  storage: Storage,
  cluster: string | undefined,
  signal: AbortSignal | undefined,
): AsyncGenerator<ObjectInfo> {
  if (cluster === undefined) {
    yield* storage.list('', { signal });
    return;
  }
  yield* storage.list(clusterPrefix(cluster), { signal });
  yield* storage.list(KEYS_PREFIX, { signal });
  const file = await storage.stat(STORE_FILE, { signal });
  if (file !== undefined) yield file;
}
