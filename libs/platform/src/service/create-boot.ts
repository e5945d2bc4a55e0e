import { connectRedis, type RedisHandle } from '@etcd-kloset/jobs';
import { type Configuration } from '../config/configuration.ts';
import { describeConfiguration } from '../config/describe-configuration.ts';
import { createHealthRegistry } from '../health/health-registry.ts';
import { createLogger, type Logger } from '../logs/logger.ts';
import { createClusterRegistry } from '../registry/cluster-registry.ts';
import { createStorePool } from '../stores/store-pool.ts';
import { startTelemetry } from '../telemetry/start-telemetry.ts';
import { type Boot, type ServiceName } from './boot.ts';
import { observeStores } from './observe-stores.ts';
import { registerChecks } from './register-checks.ts';
import { createStop } from './stop.ts';
import { tellOfRedis } from './tell-of-redis.ts';

export interface CreateBootOptions {
  readonly service: ServiceName;
  readonly config: Configuration;
  /** For OpenTelemetry, whose exporters read the process's own besides. Default: nothing is sent. */
  readonly env?: NodeJS.ProcessEnv;
  /** Default: standard output, at the level of the configuration. */
  readonly log?: Logger;
}

/**
 * Makes what a process is made of, and waits for nothing: Redis and the stores may be away. Installs nothing into the
 * process but OpenTelemetry, if `env` asks for it. Whoever made it closes it.
 */
export async function createBoot({
  service,
  config,
  env = {},
  ...options
}: CreateBootOptions): Promise<Boot> {
  const log = options.log ?? createLogger({ service, level: config.log.level });
  log.debug('The configuration.', { config: describeConfiguration(config) });
  const telemetry = await startTelemetry(service, env, log);
  const { metrics } = telemetry;
  const connect = (failFast: boolean): RedisHandle => {
    const { url, prefix } = config.redis;
    return tellOfRedis(log, (onError) => connectRedis({ url, prefix, name: service, failFast, onError }));
  };
  const redis = connect(false);
  let fastRedis = answersRequests(service) ? connect(true) : undefined;
  const stores = createStorePool({
    stores: config.stores,
    giveUpAfterMs: config.limits.storeGiveUpMs,
    ...observeStores(metrics, log),
  });
  const registry = createClusterRegistry({
    config,
    redis: fastRedis ?? redis,
    stores,
    onWarning: (sentence) => log.warn(sentence),
  });
  const health = createHealthRegistry();
  const stop = createStop(config.limits.drainMs);
  registerChecks({ service, config, health, redis, stores, stop });
  return {
    service,
    config,
    log,
    telemetry,
    metrics,
    health,
    redis,
    get fastRedis() {
      return (fastRedis ??= connect(true));
    },
    stores,
    registry,
    stop,
    async close() {
      await Promise.all([redis.close(), fastRedis?.close(), stores.close()]);
      await telemetry.shutdown();
    },
  };
}

function answersRequests(service: ServiceName): boolean {
  return service === 'api' || service === 'embedded';
}
