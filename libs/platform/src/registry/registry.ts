import { describeError, isKlosetError } from '@etcd-kloset/errors';
import { isJobsError } from '@etcd-kloset/jobs';
import { type Configuration } from '../config/configuration.ts';
import { type ClusterDefinitionInput } from '../config/definition-schema.ts';
import { type StorePool } from '../stores/store-pool.ts';
import { changeInStore } from './change-in-store.ts';
import {
  type ClusterRegistry,
  type ClusterRegistryOptions,
  type Expected,
  type RegisteredCluster,
  type RegistryProblem,
} from './cluster-registry.ts';
import { type RegistryEntry } from './entry.ts';
import { KnownDefinitions } from './known-definitions.ts';
import { OpenedDefinitions } from './opened-definitions.ts';
import { parseDefinition } from './parse-definition.ts';
import { readIntoRedis } from './read-into-redis.ts';
import { type CopiedEntry, redisCopy, type RedisCopy } from './redis-copy.ts';
import * as refusals from './refusals.ts';

/** A store that could not be read is not tried again before. */
const RETRY_MS = 10_000;

export class Registry implements ClusterRegistry {
  readonly #clusters: Configuration['clusters'];
  readonly #stores: StorePool;
  readonly #copy: RedisCopy;
  readonly #warn: (sentence: string) => void;
  readonly #now: () => Date;
  readonly #known: KnownDefinitions;
  readonly #opened: OpenedDefinitions;
  /** What Redis could not be told yet. */
  readonly #unsent = new Set<RegistryEntry>();
  readonly #reading = new Map<string, Promise<void>>();
  readonly #failedAt = new Map<string, number>();
  readonly #readProblems = new Map<string, readonly RegistryProblem[]>();

  constructor({ config, redis, stores, onWarning, now = () => new Date() }: ClusterRegistryOptions) {
    this.#clusters = config.clusters;
    this.#stores = stores;
    this.#copy = redisCopy(redis);
    this.#warn = (sentence) => onWarning?.(sentence);
    this.#now = now;
    this.#known = new KnownDefinitions(stores.names);
    this.#opened = new OpenedDefinitions(stores);
  }

  async get(name: string): Promise<RegisteredCluster | undefined> {
    const configured = this.#configured(name);
    if (configured !== undefined) return configured;
    const unread = await this.#refresh(
      () => this.#copy.find(name, this.#stores.names),
      (store) => [this.#known.get(store, name)].filter((entry) => entry !== undefined),
    );
    // Redis forgot them, or never had them.
    if (this.#known.named(name).length === 0)
      await this.#readAll(unread.filter((store) => this.#isDue(store)));
    for (const entry of this.#known.named(name)) {
      const cluster = await this.#opened.open(entry);
      if (cluster !== undefined) return cluster;
    }
    return undefined;
  }

  async list(): Promise<RegisteredCluster[]> {
    const unread = await this.#refresh(
      () => this.#copy.all(this.#stores.names),
      (store) => this.#known.of(store),
    );
    await this.#readAll(unread.filter((store) => this.#isDue(store)));
    const found = new Map<string, RegisteredCluster>();
    for (const name of Object.keys(this.#clusters)) found.set(name, this.#configured(name)!);
    for (const entry of this.#known.all()) {
      if (found.has(entry.name)) continue;
      const cluster = await this.#opened.look(entry);
      if (cluster !== undefined) found.set(entry.name, cluster);
    }
    return [...found.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  async save(input: ClusterDefinitionInput, expected?: Expected): Promise<RegisteredCluster> {
    // What the file says of it may be more than can be said here, such as files anywhere.
    if (this.#configured(input.name) !== undefined) throw refusals.inConfiguration(input.name);
    const definition = parseDefinition(input);
    const { name, store } = definition;
    this.#stores.config(store);
    const elsewhere = await this.get(name);
    if (elsewhere !== undefined && elsewhere.store !== store) {
      throw expected === 'new' ? refusals.exists(name) : refusals.otherStore(name, elsewhere.store);
    }
    const entry = await changeInStore(
      await this.#stores.open(store, 'backup'),
      name,
      input,
      expected,
      this.#now(),
    );
    await this.#tell(entry);
    return { ...definition, version: entry.version };
  }

  async remove(name: string, expected?: number): Promise<void> {
    if (this.#configured(name) !== undefined) throw refusals.inConfiguration(name);
    const cluster = await this.get(name);
    // One that is not followed can be removed all the same.
    const store = cluster?.store ?? this.#known.named(name)[0]?.store;
    if (store === undefined) throw refusals.unknown(name);
    const opened = await this.#stores.open(store, 'backup');
    await this.#tell(await changeInStore(opened, name, 'removed', expected, this.#now()));
  }

  async rebuild(): Promise<RegistryProblem[]> {
    await this.#readAll(this.#stores.names);
    for (const entry of this.#known.all()) await this.#opened.look(entry);
    return this.problems();
  }

  problems(): RegistryProblem[] {
    const entries = this.#known.all();
    const seen = new Map<string, string>();
    const twice = entries.flatMap(({ name, store }): RegistryProblem[] => {
      const first = seen.get(name);
      if (first === undefined) seen.set(name, store);
      if (Object.hasOwn(this.#clusters, name)) return [refusals.shadowed(name, store)];
      return first === undefined ? [] : [refusals.duplicate(name, store, first)];
    });
    return [...[...this.#readProblems.values()].flat(), ...this.#opened.problems(entries), ...twice];
  }

  #configured(name: string): RegisteredCluster | undefined {
    return Object.hasOwn(this.#clusters, name) ? { ...this.#clusters[name]!, version: 0 } : undefined;
  }

  /**
   * Takes over what Redis says.
   *
   * @param concerned what is known of a store of that which was asked for
   * @returns stores that were never read into this Redis
   */
  async #refresh(
    ask: () => Promise<{ entries: CopiedEntry[]; unread: string[] }>,
    concerned: (store: string) => readonly RegistryEntry[],
  ): Promise<string[]> {
    try {
      await this.#send();
      const { entries, unread } = await ask();
      for (const entry of entries) this.#known.set(entry);
      const fields = new Set(entries.map(({ store, name }) => `${store}/${name}`));
      for (const store of this.#stores.names) {
        if (unread.includes(store)) continue;
        for (const { name } of concerned(store))
          if (!fields.has(`${store}/${name}`)) this.#known.delete(store, name);
      }
      return unread;
    } catch (error) {
      if (!isJobsError(error) || !error.retryable) throw error;
      // Redis is away: what this process knows has to do; what it never read, the stores have.
      return this.#stores.names.filter((store) => !this.#readProblems.has(store));
    }
  }

  async #tell(entry: RegistryEntry): Promise<void> {
    this.#known.set(entry);
    this.#unsent.add(entry);
    try {
      await this.#send();
    } catch (error) {
      if (!isJobsError(error)) throw error;
      this.#warn(
        `Redis could not be told of a change to the cluster ${JSON.stringify(entry.name)}, which is in its store; ` +
          `it will be told later. ${describeError(error)}`,
      );
    }
  }

  async #send(): Promise<void> {
    for (const entry of this.#unsent) {
      await this.#copy.put(entry);
      this.#unsent.delete(entry);
    }
  }

  async #readAll(stores: readonly string[]): Promise<void> {
    await Promise.all(
      stores.map((store) => {
        const reading =
          this.#reading.get(store) ?? this.#read(store).finally(() => this.#reading.delete(store));
        this.#reading.set(store, reading);
        return reading;
      }),
    );
  }

  async #read(store: string): Promise<void> {
    try {
      const opened = await this.#stores.open(store, 'read');
      const problems = await readIntoRedis(opened, this.#copy, this.#known, this.#warn);
      this.#readProblems.set(store, problems);
      this.#failedAt.delete(store);
    } catch (error) {
      if (!isKlosetError(error)) throw error;
      this.#failedAt.set(store, performance.now());
      this.#readProblems.set(store, [refusals.unreachable(store, error)]);
    }
  }

  #isDue(store: string): boolean {
    const failedAt = this.#failedAt.get(store);
    return failedAt === undefined || performance.now() - failedAt > RETRY_MS;
  }
}
