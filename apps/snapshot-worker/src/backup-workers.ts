import { mkdirSync } from 'node:fs';
import {
  type BackupResult,
  backupsQueue,
  CHUNKS_QUEUE,
  openQueue,
  openWorker,
  Staging,
} from '@etcd-kloset/jobs';
import { type Boot, type OpenedWorkers, stagingLimits } from '@etcd-kloset/platform';
import { type BackupContext } from './context.ts';
import { onEnd } from './on-end.ts';
import { processBackup } from './processor.ts';

/** One worker for each store, with slots of its own: a store that hangs takes nobody else's. */
export function openBackupWorkers(boot: Boot): OpenedWorkers {
  const { config, log, metrics, redis, registry, stores, telemetry } = boot;
  const { concurrency, stores: names = stores.names } = config.workers.snapshot;
  mkdirSync(config.limits.spoolFolder, { recursive: true, mode: 0o700 });
  const onError = (queue: string) => (error: Error) => log.warn('A queue is in trouble.', { queue, error });
  const options = { telemetry: telemetry.bullmq };
  const context: BackupContext = {
    ...{ config, log, metrics, redis, registry, stores, telemetry },
    staging: new Staging(redis, stagingLimits(config)),
    chunks: openQueue(redis, CHUNKS_QUEUE, { ...options, onError: onError(CHUNKS_QUEUE) }),
  };
  const workers = names.map((store) => {
    const queue = backupsQueue(store);
    log.info('Making backups into a store.', { store, queue });
    const worker = openWorker<typeof queue, BackupResult>(
      redis,
      queue,
      (job, token, signal) => processBackup(context, job, token, signal),
      { ...options, concurrency, onError: onError(queue) },
    );
    onEnd(context, worker);
    return worker;
  });
  return {
    workers,
    close: async () => {
      await context.chunks.close();
      context.staging.close();
    },
  };
}
