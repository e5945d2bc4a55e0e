import { setTimeout as sleep } from 'node:timers/promises';

const LOOK_EACH_MS = 300;

/**
 * Waits until nothing is missing. Rejects after `withinMs`, which is far more than it takes, with what still is.
 *
 * @param missing what is, in words; undefined when nothing is
 */
export async function eventually(
  what: string,
  withinMs: number,
  missing: () => Promise<string | undefined> | string | undefined,
): Promise<void> {
  const limit = Date.now() + withinMs;
  for (;;) {
    const still = await missing();
    if (still === undefined) return;
    if (Date.now() > limit) throw new Error(`${what}: not within ${withinMs / 1000} s. ${still}`);
    await sleep(LOOK_EACH_MS);
  }
}

export async function within<Result>(what: string, ms: number, work: Promise<Result>): Promise<Result> {
  const timer = new AbortController();
  const late = sleep(ms, undefined, { signal: timer.signal }).then(() => {
    throw new Error(`${what}: not within ${ms / 1000} s`);
  });
  late.catch(() => undefined);
  try {
    return await Promise.race([work, late]);
  } finally {
    timer.abort();
  }
}
