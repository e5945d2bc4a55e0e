import { type Worker } from 'bullmq';
import { JobsError } from '../errors.ts';

/** A job that a worker of this process runs. */
export interface RunningJob {
  /** Aborted when the lock is lost, when the worker shuts down, or through BullMQ's `cancelJob`. */
  readonly signal: AbortSignal;
  /** The worker shuts down and could not wait any longer. */
  readonly interrupted: boolean;
  done(): void;
}

interface Entry {
  readonly controller: AbortController;
  readonly finished: Promise<void>;
}

const jobsOf = new WeakMap<object, Map<string, Entry>>();

export function trackJob(worker: Worker, job: string, signal: AbortSignal): RunningJob {
  const jobs = jobsOf.get(worker) ?? new Map<string, Entry>();
  jobsOf.set(worker, jobs);
  const controller = new AbortController();
  const { promise, resolve } = Promise.withResolvers<undefined>();
  const entry: Entry = { controller, finished: promise };
  jobs.set(job, entry);
  return {
    signal: AbortSignal.any([controller.signal, signal]),
    get interrupted() {
      const reason: unknown = controller.signal.reason;
      return reason instanceof JobsError && reason.code === 'job.interrupted';
    },
    done: () => {
      // After a lost lock the same job may run here twice.
      if (jobs.get(job) === entry) jobs.delete(job);
      resolve(undefined);
    },
  };
}

export function abortJob(worker: Worker, job: string, reason: JobsError): void {
  jobsOf.get(worker)?.get(job)?.controller.abort(reason);
}

export function interruptJobs(worker: Worker): void {
  const reason = new JobsError('job.interrupted', 'The worker is shutting down: another one goes on.', {
    retryable: true,
  });
  for (const { controller } of jobsOf.get(worker)?.values() ?? []) controller.abort(reason);
}

/** Resolves when no job runs any more. */
export async function whenIdle(worker: Worker): Promise<void> {
  const jobs = jobsOf.get(worker);
  while (jobs !== undefined && jobs.size > 0) {
    await Promise.all([...jobs.values()].map(({ finished }) => finished));
  }
}
