import { createHash } from 'node:crypto';
import { type Redis } from 'ioredis';
import { orRedisError } from './redis-errors.ts';

/** A Lua script, known to Redis by its SHA-1 once it has run. */
export interface RedisScript {
  readonly text: string;
  readonly sha: string;
}

export function redisScript(text: string): RedisScript {
  return { text, sha: createHash('sha1').update(text).digest('hex') };
}

/** Runs it; a Redis that does not know it any more, after a restart, gets its text again. */
export async function runScript(
  client: Redis,
  { text, sha }: RedisScript,
  key: string,
  args: readonly (string | number)[],
): Promise<unknown> {
  return await orRedisError(
    client.evalsha(sha, 1, key, ...args).catch((error: unknown) => {
      if (!(error instanceof Error) || !error.message.startsWith('NOSCRIPT')) throw error;
      return client.eval(text, 1, key, ...args);
    }),
  );
}
