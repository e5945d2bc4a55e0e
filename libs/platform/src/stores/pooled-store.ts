import { openStore, type KeyRing, type Store } from '@etcd-kloset/kloset';
import { openStorage, redactUrl, type RetriedFailure, type Storage, withRetry } from '@etcd-kloset/storage';
import { describeError } from '@etcd-kloset/errors';
import { type StoreConfig } from '../config/configuration.ts';
import { PlatformError } from '../errors.ts';
import { observedStorage, type StoreRequest } from './observed-storage.ts';
import { reopeningStorage } from './reopening-storage.ts';
import { StoreKeys } from './store-keys.ts';
import { type OpenedStore, type StoreNeed } from './store-pool.ts';
import { within } from './within.ts';

interface Watchers {
  readonly giveUpAfterMs: number;
  readonly onRequest?: (request: StoreRequest) => void;
  readonly onRetry?: (store: string, failure: RetriedFailure) => void;
  readonly onWarning?: (store: string, sentence: string) => void;
}

/** One store of the pool. */
export class PooledStore {
  readonly config: StoreConfig;
  readonly #giveUpAfterMs: number;
  readonly #keys: StoreKeys;
  /** Without patience: for a look at its health. */
  readonly #observed: Storage;
  readonly #patient: Storage;
  readonly #warned = new Set<string>();
  #opening: Promise<Store> | undefined;
  #look: Promise<void> | undefined;
  /** Once it was seen: what is found in its place later must be the same. */
  #id: string | undefined;

  constructor(config: StoreConfig, { giveUpAfterMs, onRequest, onRetry, onWarning }: Watchers) {
    const { name } = config;
    const warn = (sentence: string): void => {
      if (this.#warned.has(sentence)) return;
      this.#warned.add(sentence);
      onWarning?.(name, sentence);
    };
    this.config = config;
    this.#giveUpAfterMs = giveUpAfterMs;
    this.#keys = new StoreKeys(config, warn);
    this.#observed = observedStorage(
      reopeningStorage(
        redactUrl(config.url),
        () => this.#openStorage(),
        (error) => {
          warn(`The store could not be closed after it was lost: ${describeError(error)}`);
        },
      ),
      (operation, ms, error) => onRequest?.({ store: name, operation, ms, error }),
    );
    const observed = this.#observed;
    this.#patient = {
      ...withRetry(observed, { giveUpAfterMs, onRetry: (failure) => onRetry?.(name, failure) }),
      // Known for certain once it was opened.
      get url() {
        return observed.url;
      },
      get capabilities() {
        return observed.capabilities;
      },
    };
  }

  can(need: StoreNeed): boolean {
    return this.#keys.can(need);
  }

  async keyWithoutStore(): Promise<KeyRing> {
    return (await this.#keys.ringWithoutStore()) ?? (await this.open('read')).ring;
  }

  async open(need: StoreNeed): Promise<OpenedStore> {
    const store = await this.openWithoutKey();
    const ring = await this.#inTime(this.#keys.ring(store, need));
    return { config: this.config, store, ring, storage: store.storage };
  }

  async openWithoutKey(): Promise<Store> {
    const mine = (this.#opening ??= this.#openStore(this.#patient));
    try {
      return await this.#inTime(mine);
    } catch (error) {
      // One that hangs is not asked a second time: it may answer yet.
      if (this.#opening === mine && !isHanging(error)) this.#opening = undefined;
      throw error;
    }
  }

  /** Reads what the store says of itself; if somebody else does already, waits for them. */
  async look(): Promise<void> {
    this.#look ??= this.#openStore(this.#observed)
      .then(() => undefined)
      .finally(() => (this.#look = undefined));
    return this.#look;
  }

  async close(): Promise<void> {
    await this.#patient.close();
  }

  async #openStore(storage: Storage): Promise<Store> {
    const store = await openStore(storage);
    this.#id ??= store.id;
    if (store.id !== this.#id) throw this.#changed(store.id);
    return store;
  }

  async #openStorage(): Promise<Storage> {
    const storage = await openStorage(this.config.url);
    if (this.#id === undefined) return storage;
    try {
      await this.#openStore(storage);
      return storage;
    } catch (error) {
      await storage.close();
      throw error;
    }
  }

  /** A server that never answers, or a mount that is gone, would be waited for without end. */
  #inTime<T>(work: Promise<T>): Promise<T> {
    return within(work, this.#giveUpAfterMs * 2, (ms) => hangs(this.config.name, ms));
  }

  #changed(found: string): PlatformError {
    const { name } = this.config;
    return new PlatformError(
      'store.changed',
      `Another store lies where the store ${name} was: its id was ${this.#id!}, and now it is ${found}.`,
      {
        advice: 'See what is mounted or served there. If the other store is meant, start the services again.',
        context: { store: name },
      },
    );
  }
}

export function hangs(store: string, ms: number): PlatformError {
  return new PlatformError(
    'store.hangs',
    `The store ${store} has not answered for ${(ms / 1000).toFixed(1)} s.`,
    {
      advice: 'Check the server, or the mount, that it is on.',
      retryable: true,
      context: { store },
    },
  );
}

function isHanging(error: unknown): boolean {
  return error instanceof PlatformError && error.code === 'store.hangs';
}
