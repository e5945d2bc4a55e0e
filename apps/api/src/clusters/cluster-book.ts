import { JobsError, redisErrorOf } from '@etcd-kloset/jobs';
import {
  type ClusterRegistry,
  mayCluster,
  PlatformError,
  type Principal,
  type RegisteredCluster,
} from '@etcd-kloset/platform';
import { type RedisPulse } from '../redis/redis-pulse.ts';
import { within } from '../redis/within.ts';

/**
 * The clusters as requests see them: fresh from the registry while Redis answers, as they were last known while it
 * does not. And who may see which.
 */
export interface ClusterBook {
  /** All of them, by name. */
  all(): Promise<readonly RegisteredCluster[]>;
  /** Those that the key may see, by name. */
  visible(principal: Principal): Promise<readonly RegisteredCluster[]>;
  /**
   * One that the key may see, from the registry itself: for what changes something.
   *
   * @throws PlatformError `cluster.unknown`; JobsError `redis.unreachable`
   */
  require(principal: Principal, name: string): Promise<RegisteredCluster>;
  /** The same to read only, as last known when Redis is away. */
  look(principal: Principal, name: string): Promise<RegisteredCluster>;
  /** As last known: for what may not wait. */
  known(): readonly RegisteredCluster[];
  /** Whether the key may see what is about a cluster of this name, one that was removed lately too. */
  maySee(principal: Principal, cluster: string): boolean;
}

/** Of names that are gone. */
const MOST_REMEMBERED = 10_000;

export function createClusterBook(registry: ClusterRegistry, pulse: RedisPulse): ClusterBook {
  let known: readonly RegisteredCluster[] = [];
  let wasRead = false;
  const labels = new Map<string, Readonly<Record<string, string>>>();

  function remember(clusters: readonly RegisteredCluster[]): void {
    known = clusters;
    wasRead = true;
    for (const cluster of clusters) {
      // The newest last: what is dropped is what nobody has named for longest.
      labels.delete(cluster.name);
      labels.set(cluster.name, cluster.labels);
    }
    for (const name of labels.keys()) {
      if (labels.size <= MOST_REMEMBERED) break;
      labels.delete(name);
    }
  }

  async function all(): Promise<readonly RegisteredCluster[]> {
    try {
      remember(await pulse.use(() => within(registry.list())));
    } catch (error) {
      if (redisErrorOf(error) === undefined || !wasRead) throw error;
    }
    return known;
  }

  function maySee(principal: Principal, cluster: string): boolean {
    if (principal.clusters === undefined) return true;
    const its = labels.get(cluster);
    return its !== undefined && mayCluster(principal, its);
  }

  async function require(principal: Principal, name: string): Promise<RegisteredCluster> {
    return seen(principal, name, await pulse.use(() => within(registry.get(name))));
  }

  return {
    all,
    async visible(principal) {
      return (await all()).filter((cluster) => mayCluster(principal, cluster.labels));
    },
    require,
    async look(principal, name) {
      try {
        return await require(principal, name);
      } catch (error) {
        if (!(error instanceof JobsError) || !wasRead) throw error;
        return seen(
          principal,
          name,
          known.find((cluster) => cluster.name === name),
        );
      }
    },
    known: () => known,
    maySee,
  };
}

function seen(principal: Principal, name: string, cluster: RegisteredCluster | undefined): RegisteredCluster {
  if (cluster !== undefined && mayCluster(principal, cluster.labels)) return cluster;
  throw noSuchCluster(name);
}

/** One that does not exist and one that the key may not see cannot be told apart from outside. */
export function noSuchCluster(name: string): PlatformError {
  return new PlatformError('cluster.unknown', `There is no cluster ${JSON.stringify(name)}.`, {
    advice: 'See GET /v1/clusters for those that your key may see; names are case-sensitive.',
  });
}
