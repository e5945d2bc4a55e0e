import { type ChunkRef } from '../backup/chunk-job.ts';
import { type RedisHandle } from '../redis/connect-redis.ts';
import { keys } from '../redis/key-names.ts';
import { orRedisError } from '../redis/redis-errors.ts';
import { parseResult } from './chunk-state.ts';

/** How many chunks of an attempt are in the store, and their sealed bytes: for who only wants to show it. */
export async function storedSoFar(
  { client, prefix }: RedisHandle,
  { backup, attempt }: Omit<ChunkRef, 'sequence'>,
): Promise<{ readonly chunks: number; readonly bytes: number }> {
  const results = await orRedisError(client.hvals(keys.staging(prefix, 'results', backup, attempt)));
  return { chunks: results.length, bytes: results.reduce((sum, text) => sum + parseResult(text).size, 0) };
}
