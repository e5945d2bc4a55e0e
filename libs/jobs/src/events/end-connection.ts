import { once } from 'node:events';
import { type Redis } from 'ioredis';

const PATIENCE_MS = 1000;

/**
 * Ends a connection and sees that Redis knows it: one that still waits there for an entry may be given the next one,
 * and nobody would get it for a while.
 */
export async function endConnection(client: Redis): Promise<void> {
  const stands = client.status === 'ready';
  const ended = stands ? once(client, 'end', { signal: AbortSignal.timeout(PATIENCE_MS) }) : undefined;
  client.disconnect();
  // A frozen Redis does not close its side.
  await ended?.catch(() => undefined);
}
