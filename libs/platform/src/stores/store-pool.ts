import { type DestinationKind } from '@etcd-kloset/jobs';
import { type KeyRing, type Store } from '@etcd-kloset/kloset';
import { type Storage } from '@etcd-kloset/storage';
import { type StoreConfig } from '../config/configuration.ts';

/** What a store is opened for: to list and read records, to back up, to decrypt (the owner's key). */
export type StoreNeed = 'read' | 'backup' | 'decrypt';

export interface OpenedStore {
  readonly config: StoreConfig;
  readonly store: Store;
  readonly ring: KeyRing;
  /** Tries again, for a while, what fails in passing. */
  readonly storage: Storage;
}

export interface StoreHealth {
  readonly name: string;
  readonly kind: DestinationKind;
  readonly healthy: boolean;
  /** Time it took to read what the store says of itself. */
  readonly ms: number;
  readonly error: { readonly code: string; readonly message: string; readonly advice?: string } | undefined;
}

/** The stores of the configuration, opened when they are needed. One that cannot be opened fails alone. */
export interface StorePool {
  /** In the order of the configuration. */
  readonly names: readonly string[];
  /** @throws PlatformError `store.unknown` */
  config(name: string): StoreConfig;
  /** Whether a key is configured that could do this. */
  can(name: string, need: StoreNeed): boolean;
  /**
   * The store with the weakest key that does. Opened once; key files are read again when they change.
   *
   * @throws PlatformError, KlosetStoreError (`key.needs-owner` when the owner's key is needed and not there), StorageError
   */
  open(name: string, need: StoreNeed): Promise<OpenedStore>;
  /** The store for who holds no key of it, such as a storage writer; `store.storage` has its bytes. */
  openWithoutKey(name: string): Promise<Store>;
  /** Bounded in time, whatever the storage does; never throws for what ails the store. */
  health(name: string): Promise<StoreHealth>;
  close(): Promise<void>;
}
