import { type Job, type Worker } from 'bullmq';
import { type Boot } from '../service/boot.ts';

/** Tells in metrics how long jobs waited and how often they are tried again, and in health that the worker runs. */
export function watchWorker({ health, metrics, stop }: Boot, worker: Worker): void {
  const { name: queue } = worker;
  worker.on('active', (job: Job) => {
    // A later try, and a step after the children, waited for something else.
    if (job.attemptsStarted > 1 || job.processedOn === undefined) return;
    const due = job.timestamp + (job.opts.delay ?? 0);
    metrics.jobWait.record(Math.max(0, job.processedOn - due) / 1000, { queue });
  });
  worker.on('failed', (job) => {
    if (job !== undefined && job.finishedOn === undefined) metrics.jobRetries.add(1, { queue });
  });
  health.liveness(`worker of ${queue}`, () => {
    if (worker.isRunning() || stop.asked.aborted) return Promise.resolve(undefined);
    return Promise.reject(new Error(`The worker of the queue ${queue} has stopped.`));
  });
}
