import { drainWorker } from '@etcd-kloset/jobs';
import { openQueues } from '../backups/queues.ts';
import { type Parts } from '../parts.ts';
import { forwardToWebhooks } from './forward-webhooks.ts';
import { keepRegistry } from './keep-registry.ts';
import { keepSchedules } from './keep-schedules.ts';
import { type Background } from './keep-running.ts';
import { keepStaging } from './keep-staging.ts';
import { observeMetrics } from './observe-metrics.ts';
import { openRequestWorker } from './request-worker.ts';
import { watchBackups } from './watch-backups.ts';
import { watchStores } from './watch-stores.ts';
import { openWebhookWorker } from './webhook-worker.ts';

/** Everything that the API does beside its requests. Several replicas do it side by side, and get in nobody's way. */
export function startBackground(parts: Parts): Background {
  const { boot, book, hub, staging, views } = parts;
  // What goes on by itself waits for a Redis that is away.
  const { redis, metrics } = boot;
  const queues = openQueues(boot, redis);
  const workers = [openRequestWorker(boot, redis, queues), openWebhookWorker(boot, redis)];
  const tasks = [
    keepRegistry(boot),
    keepSchedules(boot, book, queues, hub, { redis, queues, views, metrics }),
    watchBackups(boot, redis, queues, { redis, staging, metrics, log: boot.log }, (store, cluster) =>
      views.look(store, cluster),
    ),
    watchStores(boot, views, { redis, queues }),
    keepStaging(boot, staging, queues),
    forwardToWebhooks(boot, queues, book),
  ];
  const stopObserving = observeMetrics(boot, {
    redis: parts.redis,
    pulse: parts.pulse,
    book,
    views,
    staging,
  });
  let stopped: Promise<void> | undefined;
  return {
    stop: () =>
      (stopped ??= (async () => {
        stopObserving();
        await Promise.all([
          ...workers.map((worker) => drainWorker(worker, boot.config.limits.drainMs)),
          ...tasks.map((task) => task.stop()),
        ]);
        await queues.close();
      })()),
  };
}
