import { setTimeout as sleep } from 'node:timers/promises';
import { redisErrorOf } from '../redis/redis-errors.ts';

const RETRY_MS = 250;

/** The work's result, tried again while Redis is away; `undefined` when it failed after `signal` was aborted, or was not begun. */
export async function untilAborted<Result>(
  signal: AbortSignal,
  work: () => Promise<Result>,
): Promise<Result | undefined> {
  while (!signal.aborted) {
    try {
      return await work();
    } catch (error) {
      if (isAborted(signal)) return undefined;
      const known = redisErrorOf(error);
      if (known?.code !== 'redis.unreachable') throw known ?? error;
      await sleep(RETRY_MS, undefined, { signal }).catch(() => undefined);
    }
  }
  return undefined;
}

/** The result, or `undefined` as soon as `signal` is aborted, whatever becomes of the work. */
export async function orAborted<Result>(
  signal: AbortSignal,
  work: Promise<Result>,
): Promise<Result | undefined> {
  try {
    return await unlessAborted(signal, work);
  } catch (error) {
    if (isAborted(signal)) return undefined;
    throw error;
  }
}

/**
 * The result; throws the signal's reason as soon as it is aborted. A command to a Redis that is away may never settle:
 * when its connection is ended between two tries to connect, ioredis forgets it.
 */
export async function unlessAborted<Result>(signal: AbortSignal, work: Promise<Result>): Promise<Result> {
  const { promise, reject } = Promise.withResolvers<never>();
  const stop = (): void => reject(signal.reason as Error);
  if (signal.aborted) stop();
  signal.addEventListener('abort', stop, { once: true });
  try {
    return await Promise.race([work, promise]);
  } finally {
    signal.removeEventListener('abort', stop);
  }
}

/** A function, so that the compiler does not believe what it saw before the wait. */
function isAborted(signal: AbortSignal): boolean {
  return signal.aborted;
}
