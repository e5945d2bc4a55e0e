import { setTimeout as sleep } from 'node:timers/promises';
import { type Worker } from 'bullmq';
import { interruptJobs, refuseJobs, runsJobs } from './running-jobs.ts';

/** For processors to stop after their signal, and for the last words to Redis. */
const GRACE_MS = 5000;

/**
 * Shuts a worker down: it takes no more jobs, and those that run have `drainMs` to end. What runs then is aborted and
 * handed back to its queue, where another worker takes it; it does not count as a try. Resolves within `drainMs` and
 * twice five seconds even when a processor does not listen or Redis is away: the job's lock runs out then.
 */
export async function drainWorker(worker: Worker, drainMs: number): Promise<void> {
  refuseJobs(worker);
  // Ends the fetch that waits for a job, then waits for those that run, and until Redis knows how they ended.
  const paused = worker.pause();
  // Without a job only a Redis that is away keeps it: not worth the whole time.
  let idle = await within(paused, runsJobs(worker) ? drainMs : Math.min(drainMs, GRACE_MS));
  if (!idle) {
    interruptJobs(worker);
    idle = await within(paused, GRACE_MS);
  }
  await within(worker.close(!idle), GRACE_MS);
}

/** Whether `work` ended in time; its errors are the worker's, who tells them in its events. */
async function within(work: Promise<unknown>, ms: number): Promise<boolean> {
  const timer = new AbortController();
  const ended = work.then(
    () => true,
    () => true,
  );
  const late = sleep(ms, false, { signal: timer.signal }).catch(() => false);
  const result = await Promise.race([ended, late]);
  timer.abort();
  return result;
}
