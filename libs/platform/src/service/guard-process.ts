import { constants } from 'node:os';
import { type Boot } from './boot.ts';

/** For what was told to let go, and for the last words to Redis. */
const GRACE_MS = 15_000;

/**
 * Has signals end the process in good order, and errors that nobody expected at once.
 *
 * @param graceMs beyond the drain; what has not ended then is ended by force. Default: 15 s.
 */
export function guardProcess(
  { log, stop, config }: Pick<Boot, 'log' | 'stop' | 'config'>,
  graceMs: number = GRACE_MS,
): void {
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.on(signal, () => {
      // The second time it is meant.
      if (stop.asked.aborted) process.exit(128 + constants.signals[signal]);
      log.info('Asked to end.', { signal, drain_ms: config.limits.drainMs });
      stop.ask();
    });
  }
  stop.asked.addEventListener('abort', () => {
    const limit = config.limits.drainMs + graceMs;
    setTimeout(() => {
      log.error('Ended by force: it did not end in time.', { limit_ms: limit });
      process.exit(1);
    }, limit).unref();
  });
  for (const event of ['uncaughtException', 'unhandledRejection'] as const) {
    process.on(event, (error: unknown) => {
      log.error('Ended by an error that nobody expected.', { error });
      process.exit(1);
    });
  }
}
