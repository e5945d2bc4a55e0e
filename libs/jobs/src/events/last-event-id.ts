import { type RedisHandle } from '../redis/connect-redis.ts';
import { keys } from '../redis/key-names.ts';
import { orRedisError } from '../redis/redis-errors.ts';
import { STREAM_START } from './stream-id.ts';

/** The newest entry's id: reading from it, later, misses nothing that is emitted after this call. */
export async function lastEventId(redis: RedisHandle): Promise<string> {
  const newest = await orRedisError(redis.client.xrevrange(keys.events(redis.prefix), '+', '-', 'COUNT', 1));
  return newest[0]?.[0] ?? STREAM_START;
}
