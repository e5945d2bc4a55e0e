import { openWorker, putsQueue, Staging } from '@etcd-kloset/jobs';
import { type Boot, type OpenedWorkers, stagingLimits, withinJob } from '@etcd-kloset/platform';
import { putChunk } from './processor.ts';
import { servedStores } from './served-stores.ts';

/** One worker for each store, with slots of its own: a store that hangs takes nobody else's. */
export function openPutWorkers(boot: Boot): OpenedWorkers {
  const { config, log, metrics, redis, stores, telemetry } = boot;
  const staging = new Staging(redis, stagingLimits(config));
  const context = { metrics, redis, staging, stores, storeOutageMs: config.limits.storeOutageMs };
  const served = servedStores(config);
  if (served.length === 0) {
    log.warn('No store is served: the configuration names none of the kinds and names that it asks for.');
  }
  const workers = served.map((store) => {
    const queue = putsQueue({ kind: store.kind, store: store.name });
    log.info('Serving a store.', { store: store.name, queue });
    return openWorker(
      redis,
      queue,
      (job, _token, signal) => withinJob(log, job, () => putChunk(context, job, signal)),
      {
        concurrency: config.workers.storage.concurrency,
        telemetry: telemetry.bullmq,
        onError: (error) => log.warn('The worker of a queue is in trouble.', { queue, error }),
      },
    );
  });
  return {
    workers,
    close: () => {
      staging.close();
      return Promise.resolve();
    },
  };
}
