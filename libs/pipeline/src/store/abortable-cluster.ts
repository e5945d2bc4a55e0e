import { type Cluster } from '@etcd-kloset/kloset';
import { type RequestOptions, type Storage } from '@etcd-kloset/storage';
import { abortable } from '../abortable.ts';

/** The same cluster; every request to its store ends with the signal's reason when the signal comes. */
export function abortableCluster(cluster: Cluster, signal: AbortSignal | undefined): Cluster {
  if (signal === undefined) return cluster;
  return {
    ...cluster,
    store: { ...cluster.store, storage: abortableStorage(cluster.store.storage, signal) },
  };
}

function abortableStorage(storage: Storage, signal: AbortSignal): Storage {
  // Callers of the store's functions that give `signal: undefined` mean no signal of their own.
  const withSignal = <T extends RequestOptions>(options?: T): T & RequestOptions =>
    ({ ...options, signal: options?.signal ?? signal }) as T & RequestOptions;
  return {
    url: storage.url,
    capabilities: storage.capabilities,
    put: (name, parts, options) => storage.put(name, parts, withSignal(options)),
    get: (name, range, options) => storage.get(name, range, withSignal(options)),
    stat: (name, options) => storage.stat(name, withSignal(options)),
    list: (prefix, options) => storage.list(prefix, withSignal(options)),
    folders: (prefix, options) => storage.folders(prefix, withSignal(options)),
    delete: (name, options) => storage.delete(name, withSignal(options)),
    now: () => abortable(storage.now(), signal),
    close: () => storage.close(),
  };
}
