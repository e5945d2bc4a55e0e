import { setTimeout as sleep } from 'node:timers/promises';
import { type Redis } from 'ioredis';
import { disconnect, type RedisHandle } from '../redis/connect-redis.ts';
import { type StoredChunkOf } from './chunk-state.ts';

/** Shorter than a connection's silence (see connect-redis.ts). */
const BLOCK_MS = 5000;
const AFTER_ERROR_MS = 200;

/**
 * Tells each chunk of an attempt once, as soon as it is in the store, beginning with those that are there already; ends
 * when `signal` is aborted. Waits on a connection of its own. After a lost connection everything is read again, so that
 * a Redis that was restarted hides nothing.
 */
export async function* storedChunks(
  redis: RedisHandle,
  stream: string,
  signal: AbortSignal,
): AsyncGenerator<StoredChunkOf, void, undefined> {
  const client = redis.duplicateForBlocking();
  const stop = (): void => disconnect(client);
  signal.addEventListener('abort', stop);
  const told = new Set<number>();
  let since = '0';
  client.on('close', () => (since = '0'));
  try {
    while (!signal.aborted) {
      for (const [id, chunk] of await readNext(client, stream, since, signal)) {
        since = id;
        if (told.has(chunk.sequence)) continue;
        told.add(chunk.sequence);
        yield chunk;
      }
    }
  } finally {
    signal.removeEventListener('abort', stop);
    disconnect(client);
  }
}

async function readNext(
  client: Redis,
  stream: string,
  since: string,
  signal: AbortSignal,
): Promise<[string, StoredChunkOf][]> {
  try {
    const answer = await client.xread('COUNT', 1000, 'BLOCK', BLOCK_MS, 'STREAMS', stream, since);
    return (answer?.[0]?.[1] ?? []).map(([id, fields]) => [id, fromFields(fields)]);
  } catch {
    // The connection tells its errors to its listener; here it only matters that nothing came.
    if (!signal.aborted) await sleep(AFTER_ERROR_MS, undefined, { signal }).catch(() => undefined);
    return [];
  }
}

function fromFields(fields: readonly string[]): StoredChunkOf {
  const field = (name: string): string => fields[fields.indexOf(name) + 1]!;
  return { sequence: Number(field('sequence')), digest: field('digest'), size: Number(field('size')) };
}
