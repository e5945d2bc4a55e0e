import { type DestinationKind } from '@etcd-kloset/jobs';
import { type KeyRing, type Store } from '@etcd-kloset/kloset';
import { type RetriedFailure, type Storage } from '@etcd-kloset/storage';
import { type StoreConfig } from '../config/configuration.ts';
import { PlatformError } from '../errors.ts';
import { checkHealth } from './check-health.ts';
import { type StoreRequest } from './observed-storage.ts';
import { PooledStore } from './pooled-store.ts';

/** What a store is opened for: to list and read records, to back up, to decrypt (the owner's key). */
export type StoreNeed = 'read' | 'backup' | 'decrypt';

export interface OpenedStore {
  readonly config: StoreConfig;
  readonly store: Store;
  readonly ring: KeyRing;
  /** Tries again, for a while, what fails in passing. The same as `store.storage`. */
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
  /**
   * The key for `read`. Where that is a writer's, the store itself is not needed for it, which may be out of reach.
   *
   * @throws as {@link open} does
   */
  keyOf(name: string): Promise<KeyRing>;
  /** Bounded in time, whatever the storage does; never throws for what ails the store. */
  health(name: string): Promise<StoreHealth>;
  close(): Promise<void>;
}

export interface StorePoolOptions {
  readonly stores: Readonly<Record<string, StoreConfig>>;
  /** How long one request is tried again, in milliseconds. Default: 20,000, after which a queue takes over. */
  readonly giveUpAfterMs?: number;
  /** How long a look at the health of a store may take, in milliseconds. Default: 5000. */
  readonly healthTimeoutMs?: number;
  /** Told of each request to a store when it has ended, those that are tried again too: for metrics. */
  readonly onRequest?: (request: StoreRequest) => void;
  /** Told before a request is tried again: for the log. */
  readonly onRetry?: (store: string, failure: RetriedFailure) => void;
  /** Told sentences, such as that others can read a key file: for the log. */
  readonly onWarning?: (store: string, sentence: string) => void;
}

const GIVE_UP_AFTER_MS = 20_000;
const HEALTH_TIMEOUT_MS = 5000;

export function createStorePool(options: StorePoolOptions): StorePool {
  const { stores, giveUpAfterMs = GIVE_UP_AFTER_MS, healthTimeoutMs = HEALTH_TIMEOUT_MS } = options;
  const pooled = new Map(
    Object.values(stores).map((config) => [
      config.name,
      new PooledStore(config, { ...options, giveUpAfterMs }),
    ]),
  );
  const find = (name: string): PooledStore => pooled.get(name) ?? unknown(name, [...pooled.keys()]);
  return {
    names: [...pooled.keys()],
    config: (name) => find(name).config,
    can: (name, need) => find(name).can(need),
    open: async (name, need) => find(name).open(need),
    keyOf: async (name) => find(name).keyWithoutStore(),
    openWithoutKey: async (name) => find(name).openWithoutKey(),
    health: async (name) => checkHealth(find(name), healthTimeoutMs),
    async close() {
      await Promise.all([...pooled.values()].map((store) => store.close()));
    },
  };
}

function unknown(name: string, known: readonly string[]): never {
  throw new PlatformError(
    'store.unknown',
    `There is no store ${JSON.stringify(name)} in the configuration.`,
    {
      advice: known.length === 0 ? 'Add it below stores.' : `There are: ${known.join(', ')}.`,
      context: { store: name },
    },
  );
}
