import { setTimeout as sleep } from 'node:timers/promises';
import { isJobsError } from '../errors.ts';

export interface StagingLimits {
  /** Bytes of all that lies in staging. */
  readonly totalBytes: number;
  /** Bytes on their way to one store: one that is slow leaves room for the others'. */
  readonly perStoreBytes: number;
  /** Bytes of one backup. */
  readonly perBackupBytes: number;
  /** What nobody fetches is gone after so long. Must be more than the longest outage of a store that backups survive. */
  readonly expiryMs: number;
}

const SHORTEST_MS = 5;
const LONGEST_MS = 100;
/** For how long a Redis that takes no writes is waited for. */
const FULL_REDIS_MS = 60_000;

/**
 * Calls `reserve` until it says that it is done, in growing distances up to a tenth of a second; when `signal` is
 * aborted, even while Redis does not answer, gives up the place by `leave` and throws the signal's reason.
 */
export async function whenThereIsRoom(
  reserve: () => Promise<boolean>,
  leave: () => Promise<unknown>,
  signal: AbortSignal,
): Promise<void> {
  signal.throwIfAborted();
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  const abort = (): void => reject(signal.reason as Error);
  signal.addEventListener('abort', abort, { once: true });
  // Nobody may be waiting for it at the moment.
  aborted.catch(() => undefined);
  let fullSince: number | undefined;
  try {
    for (let wait = SHORTEST_MS; ; wait = Math.min(LONGEST_MS, wait * 1.5)) {
      try {
        if (await Promise.race([reserve(), aborted])) return;
        fullSince = undefined;
      } catch (error) {
        if (signal.aborted || !isJobsError(error) || error.code !== 'redis.full') throw error;
        fullSince ??= Date.now();
        if (Date.now() - fullSince > FULL_REDIS_MS) throw error;
      }
      await Promise.race([sleep(wait * (0.5 + Math.random() / 2)), aborted]);
    }
  } catch (error) {
    // It lost its place anyhow after a few seconds.
    if (signal.aborted) leave().catch(() => undefined);
    throw error;
  } finally {
    signal.removeEventListener('abort', abort);
  }
}
