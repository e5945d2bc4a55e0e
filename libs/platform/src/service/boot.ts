import { type RedisHandle } from '@etcd-kloset/jobs';
import { type Configuration } from '../config/configuration.ts';
import { type HealthRegistry } from '../health/health-registry.ts';
import { type Logger } from '../logs/logger.ts';
import { type ClusterRegistry } from '../registry/cluster-registry.ts';
import { type StorePool } from '../stores/store-pool.ts';
import { type Metrics } from '../telemetry/metrics.ts';
import { type Telemetry } from '../telemetry/telemetry.ts';
import { type Stop } from './stop.ts';

export const SERVICE_NAMES = [
  'api',
  'snapshot-worker',
  'chunk-worker',
  'storage-writer',
  'embedded',
] as const;
export type ServiceName = (typeof SERVICE_NAMES)[number];

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
  /** Last of all: ends connections, sends what telemetry has left. */
  close(): Promise<void>;
}
