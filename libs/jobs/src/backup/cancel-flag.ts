import { JobsError } from '../errors.ts';
import { type RedisHandle } from '../redis/connect-redis.ts';
import { keys } from '../redis/key-names.ts';
import { orRedisError } from '../redis/redis-errors.ts';

/** Longer than any backup takes; the flag of a backup that has ended means nothing. */
const KEEP_MS = 7 * 24 * 3600 * 1000;

/** Asks all who work on a backup to stop. They look once a second; the backup then fails with `backup.cancelled`. */
export async function requestCancel(redis: RedisHandle, backup: string): Promise<void> {
  await orRedisError(redis.client.set(keys.cancel(redis.prefix, backup), '1', 'PX', KEEP_MS));
}

export async function isCancelled(redis: RedisHandle, backup: string): Promise<boolean> {
  return (await orRedisError(redis.client.exists(keys.cancel(redis.prefix, backup)))) === 1;
}

/** Throws `backup.cancelled`, which no queue tries again. */
export async function assertNotCancelled(redis: RedisHandle, backup: string): Promise<void> {
  if (await isCancelled(redis, backup)) throw cancelledError();
}

export function cancelledError(): JobsError {
  return new JobsError('backup.cancelled', 'The backup was cancelled.');
}
