import { assertRedisPolicy, JobsError, orRedisError, type RedisHandle } from '@etcd-kloset/jobs';
import { type HealthCheck } from './check.ts';

/** Redis answers, and is one that loses no jobs. */
export function redisCheck(redis: RedisHandle, allowNoPersistence: boolean): HealthCheck {
  return async () => {
    // A command would wait for Redis to come back.
    if (redis.client.status !== 'ready') {
      throw new JobsError('redis.unreachable', 'Redis does not answer.', { retryable: true });
    }
    const from = performance.now();
    await orRedisError(redis.client.ping());
    const ms = Math.round(performance.now() - from);
    await assertRedisPolicy(redis.client, { allowNoPersistence });
    return { ms };
  };
}
