import { setTimeout as sleep } from 'node:timers/promises';
import { assertRedisPolicy, orRedisError, redisErrorOf } from '@etcd-kloset/jobs';
import { isKlosetError } from '@etcd-kloset/errors';
import { type Boot } from './boot.ts';
import { whenAborted } from './stop.ts';

const SAY_EACH_MS = 10_000;
const TRY_EACH_MS = 1000;

/**
 * Resolves once Redis is there and is one that loses no jobs; waits for it as long as it takes, and says so.
 *
 * @returns false when the process was asked to end before
 * @throws JobsError for a Redis that must not be used, such as `redis.evicts`
 */
export async function waitForRedis(boot: Pick<Boot, 'config' | 'log' | 'redis' | 'stop'>): Promise<boolean> {
  const { log, redis, stop } = boot;
  let reason: unknown;
  const say = (): void => log.warn('Waiting for Redis.', { redis: redis.address, error: reason });
  const note = (error: unknown): void => {
    reason = redisErrorOf(error) ?? error;
  };
  redis.client.on('error', note);
  const first = setTimeout(say, TRY_EACH_MS);
  const each = setInterval(say, SAY_EACH_MS);
  try {
    const ended = whenAborted(stop.asked).then(() => 'ended' as const);
    for (;;) {
      const found = await Promise.race([ended, look(boot)]);
      if (found === 'good' || found === 'ended') return found === 'good';
      reason = found;
      await Promise.race([ended, sleep(TRY_EACH_MS)]);
    }
  } finally {
    clearTimeout(first);
    clearInterval(each);
    redis.client.off('error', note);
  }
}

/** @returns why it is not there, if waiting may help. */
async function look({ config, log, redis }: Pick<Boot, 'config' | 'log' | 'redis'>): Promise<unknown> {
  try {
    // Says what is wrong with a login, which the policy's INFO forgives.
    await orRedisError(redis.client.ping());
    await assertRedisPolicy(redis.client, {
      allowNoPersistence: config.redis.allowNoPersistence,
      onWarning: (warning) => log.warn(warning),
    });
    return 'good';
  } catch (error) {
    if (isKlosetError(error) && error.retryable) return error;
    throw error;
  }
}
