import { type Configuration, type StoreConfig } from '@etcd-kloset/platform';

/** The stores that this writer serves: those of the kinds and among the names that its configuration says, by default all. */
export function servedStores({ stores, workers }: Pick<Configuration, 'stores' | 'workers'>): StoreConfig[] {
  const { kinds, stores: names } = workers.storage;
  return Object.values(stores).filter(
    ({ name, kind }) =>
      (kinds === undefined || kinds.includes(kind)) && (names === undefined || names.includes(name)),
  );
}
