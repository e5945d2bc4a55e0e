import { setTimeout as sleep } from 'node:timers/promises';
import { redisErrorOf } from '@etcd-kloset/jobs';
import { type Logger } from '@etcd-kloset/platform';

/** Something that goes on beside the requests, until it is stopped. */
export interface Background {
  /** Resolves when it has let go of everything. */
  stop(): Promise<void>;
}

export interface BackgroundOptions {
  /** For the log. */
  readonly name: string;
  readonly log: Logger;
  /** Between the end of one round and the next. */
  readonly everyMs: number;
}

const LEAST_AFTER_ERROR_MS = 1000;

export interface Rounds extends Background {
  /** Begins the next round now, or one right after that which is under way. */
  wake(): void;
}

/**
 * Does `work` again and again, one after the other. An error ends a round and nothing else: it is logged, once while it
 * stays the same, and the next round comes in its time.
 */
export function keepRunning(
  { name, log, everyMs }: BackgroundOptions,
  work: (signal: AbortSignal) => Promise<void>,
): Rounds {
  const controller = new AbortController();
  const { signal } = controller;
  let woken = false;
  let pausing = new AbortController();
  const rounds = async (): Promise<void> => {
    let said: string | undefined;
    while (!signal.aborted) {
      let pause = everyMs;
      try {
        await work(signal);
        if (said !== undefined) log.info('It works again.', { task: name });
        said = undefined;
      } catch (thrown) {
        if (isStopped(signal)) return;
        const error = redisErrorOf(thrown) ?? thrown;
        const message = error instanceof Error ? error.message : String(error);
        if (message !== said) log.warn('A task failed; it is tried again.', { task: name, error });
        said = message;
        pause = Math.max(everyMs, LEAST_AFTER_ERROR_MS);
      }
      if (!woken) await sleep(pause, undefined, { signal: pausing.signal }).catch(() => undefined);
      woken = false;
      pausing = new AbortController();
    }
  };
  const running = rounds();
  return {
    wake() {
      woken = true;
      pausing.abort();
    },
    async stop() {
      controller.abort();
      pausing.abort();
      await running;
    },
  };
}

/** A function, so that the compiler does not believe what it saw before the wait. */
function isStopped(signal: AbortSignal): boolean {
  return signal.aborted;
}
