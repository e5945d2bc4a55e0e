import { CHUNKS_QUEUE, openWorker, Staging } from '@etcd-kloset/jobs';
import { type Boot, type OpenedWorkers, stagingLimits, withinJob } from '@etcd-kloset/platform';
import { sealChunk } from './processor.ts';
import { putQueues } from './put-queues.ts';
import { sharedThreads } from './shared-threads.ts';

export function openSealWorker(boot: Boot): OpenedWorkers {
  const { config, log, metrics, redis, stores, telemetry } = boot;
  const { concurrency } = config.workers.chunk;
  const staging = new Staging(redis, stagingLimits(config));
  const threads = sharedThreads(concurrency);
  const queues = putQueues(boot);
  const { storeOutageMs } = config.limits;
  const context = { metrics, queues, redis, staging, stores, storeOutageMs, threads };
  const worker = openWorker(
    redis,
    CHUNKS_QUEUE,
    (job, _token, signal) => withinJob(log, job, () => sealChunk(context, job, signal)),
    {
      concurrency,
      telemetry: telemetry.bullmq,
      onError: (error) => log.warn('The worker of a queue is in trouble.', { queue: CHUNKS_QUEUE, error }),
    },
  );
  return {
    workers: [worker],
    close: async () => {
      await Promise.all([threads.close(), queues.close()]);
      staging.close();
    },
  };
}
