import { type RedisHandle } from '@etcd-kloset/jobs';
import { type Configuration } from '../config/configuration.ts';
import { type HealthRegistry } from '../health/health-registry.ts';
import { type Logger } from '../logs/logger.ts';
import { type ClusterRegistry } from '../registry/cluster-registry.ts';
import { type StorePool } from '../stores/store-pool.ts';
import { type Metrics } from '../telemetry/metrics.ts';
import { type Telemetry } from '../telemetry/telemetry.ts';

export type ServiceName = 'api' | 'snapshot-worker' | 'chunk-worker' | 'storage-writer' | 'embedded';

/** What every part of a process is made of. Several services in one process share it. */
export interface Boot {
  readonly service: ServiceName;
  readonly config: Configuration;
  readonly log: Logger;
  readonly telemetry: Telemetry;
  /** The same as `telemetry.metrics`. */
  readonly metrics: Metrics;
  readonly health: HealthRegistry;
  /** Commands wait while Redis is away, as workers want it. */
  readonly redis: RedisHandle;
  /** For whoever answers requests: commands fail within seconds while Redis is away. Connects when first asked for. */
  readonly fastRedis: RedisHandle;
  readonly stores: StorePool;
  readonly registry: ClusterRegistry;
  readonly stop: Stop;
  /** Ends what the boot started, last of all: connections, telemetry. */
  close(): Promise<void>;
}

/** How a process ends: it is asked to, it has some time to finish what is under way, then it must let go. */
export interface Stop {
  /** Aborted when the process was asked to end: take nothing new. */
  readonly asked: AbortSignal;
  /** Aborted when the time to drain is over: give up what is under way, it is done again elsewhere. */
  readonly now: AbortSignal;
}
