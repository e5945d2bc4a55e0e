import { redisErrorOf } from '@etcd-kloset/jobs';

const LOOK_EACH_MS = 1000;

/**
 * Does work that may have to end early: `check` is asked before it and once a second while it goes on. What it throws
 * is the reason of the signal that the work gets, which is to throw it.
 *
 * @param signal the job's own: lock lost, worker shutting down
 */
export async function whileAllowed<Result>(
  check: () => Promise<void>,
  signal: AbortSignal,
  work: (signal: AbortSignal) => Promise<Result>,
): Promise<Result> {
  signal.throwIfAborted();
  await check();
  const stop = new AbortController();
  let looking = false;
  const look = async (): Promise<void> => {
    // While Redis is away one look waits for it.
    if (looking) return;
    looking = true;
    try {
      await check();
    } catch (error) {
      if (redisErrorOf(error) === undefined) stop.abort(error);
    } finally {
      looking = false;
    }
  };
  const timer = setInterval(() => void look(), LOOK_EACH_MS);
  try {
    return await work(AbortSignal.any([signal, stop.signal]));
  } finally {
    clearInterval(timer);
  }
}
