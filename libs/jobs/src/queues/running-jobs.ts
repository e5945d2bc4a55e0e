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

const jobsOf = new WeakMap<Worker, Map<string, AbortController>>();
const refusing = new WeakSet<Worker>();

export function trackJob(worker: Worker, job: string, signal: AbortSignal): RunningJob {
  const jobs = jobsOf.get(worker) ?? new Map<string, AbortController>();
  jobsOf.set(worker, jobs);
  const controller = new AbortController();
  jobs.set(job, controller);
  // A fetch may have been on its way when the worker was told to end: its job goes back at once.
  if (refusing.has(worker)) controller.abort(interruption());
  return {
    signal: AbortSignal.any([controller.signal, signal]),
    get interrupted() {
      const reason: unknown = controller.signal.reason;
      return reason instanceof JobsError && reason.code === 'job.interrupted';
    },
    done: () => {
      // After a lost lock the same job may run here twice.
      if (jobs.get(job) === controller) jobs.delete(job);
    },
  };
}

export function abortJob(worker: Worker, job: string, reason: JobsError): void {
  jobsOf.get(worker)?.get(job)?.abort(reason);
}

export function runsJobs(worker: Worker): boolean {
  return (jobsOf.get(worker)?.size ?? 0) > 0;
}

/** Jobs that come from now on are handed back. */
export function refuseJobs(worker: Worker): void {
  refusing.add(worker);
}

/** Jobs that run are handed back as soon as they listen. */
export function interruptJobs(worker: Worker): void {
  for (const controller of jobsOf.get(worker)?.values() ?? []) controller.abort(interruption());
}

function interruption(): JobsError {
  return new JobsError('job.interrupted', 'The worker is shutting down: another one goes on.', {
    retryable: true,
  });
}
