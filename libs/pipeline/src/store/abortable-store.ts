import { type Cluster, type Store } from '@etcd-kloset/kloset';
import { type RequestOptions, type Storage } from '@etcd-kloset/storage';
import { abortable } from '../abortable.ts';

/**
 * The same store; every request to it ends with the signal's reason when the signal comes, and so does whatever was
 * waiting for it.
 */
export function abortableStore(store: Store, signal: AbortSignal | undefined): Store {
  return signal === undefined ? store : { ...store, storage: abortableStorage(store.storage, signal) };
}

export function abortableCluster(cluster: Cluster, signal: AbortSignal | undefined): Cluster {
  return { ...cluster, store: abortableStore(cluster.store, signal) };
}

function abortableStorage(storage: Storage, signal: AbortSignal): Storage {
  const withSignal = <T extends RequestOptions>(options?: T): T & RequestOptions => {
    const own = options?.signal;
    const both = own === undefined || own === signal ? signal : AbortSignal.any([signal, own]);
    return { ...options, signal: both } as T & RequestOptions;
  };
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
