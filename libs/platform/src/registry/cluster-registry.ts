import { type RedisHandle } from '@etcd-kloset/jobs';
import { type ClusterDefinition } from '../config/cluster-definition.ts';
import { type Configuration } from '../config/configuration.ts';
import { type ClusterDefinitionInput } from '../config/definition-schema.ts';
import { type StorePool } from '../stores/store-pool.ts';
import { Registry } from './registry.ts';

export interface RegisteredCluster extends ClusterDefinition {
  /** Counts the changes of a definition in a store; 0 for one of the configuration file. */
  readonly version: number;
}

/** What is not as it should be with the definitions in stores. */
export interface RegistryProblem {
  readonly kind:
    /** The store could not be read: what Redis has of it is old. */
    | 'unreachable'
    /** A definition that cannot be read. */
    | 'unreadable'
    /** The configuration file has a cluster of the same name, which counts. */
    | 'shadowed'
    /** A store before it in the configuration has one of the same name, which counts. */
    | 'duplicate';
  readonly store: string;
  readonly cluster: string | undefined;
  readonly message: string;
}

/** What a change expects to find: a version, nothing (`new`), or whatever is there (undefined). */
export type Expected = number | 'new' | undefined;

/**
 * All clusters: those of the configuration file, and those that were registered over the API. The definition of the
 * latter is sealed in their store; Redis has a copy of them all, so that every process sees a change at once.
 */
export interface ClusterRegistry {
  get(name: string): Promise<RegisteredCluster | undefined>;
  /** By name. */
  list(): Promise<RegisteredCluster[]>;
  /**
   * Writes the definition to its store, then to Redis. What resolves is in the store.
   *
   * @param definition checked here by `clusterDefinitionSchema`, and by the rules for definitions in stores
   * @throws PlatformError `cluster.invalid`, `cluster.in-configuration`, `cluster.exists`, `cluster.conflict`,
   *   `cluster.unknown`, `cluster.other-store`, `store.unknown`; what opening the store throws
   */
  save(definition: ClusterDefinitionInput, expected?: Expected): Promise<RegisteredCluster>;
  /** Its backups stay in the store. @throws as {@link save} */
  remove(name: string, expected?: number): Promise<void>;
  /** Reads all stores and puts what they hold into Redis. One that cannot be read keeps its old copy, and is told. */
  rebuild(): Promise<RegistryProblem[]>;
  /** As of the last rebuild. */
  problems(): readonly RegistryProblem[];
}

export interface ClusterRegistryOptions {
  readonly config: Pick<Configuration, 'clusters' | 'stores'>;
  /** One that fails within seconds while Redis is away, if there is one. */
  readonly redis: Pick<RedisHandle, 'client' | 'prefix'>;
  readonly stores: StorePool;
  /** Told sentences, such as that Redis could not be told of a change yet: for the log. */
  readonly onWarning?: (sentence: string) => void;
  readonly now?: () => Date;
}

export function createClusterRegistry(options: ClusterRegistryOptions): ClusterRegistry {
  return new Registry(options);
}
