import {
  emitOnce,
  failureFrom,
  openWorker,
  type RedisHandle,
  type RequestJob,
  REQUESTS_QUEUE,
  writeRequestState,
} from '@etcd-kloset/jobs';
import { type Boot, PlatformError, watchWorker, withinJob } from '@etcd-kloset/platform';
import { type Job, type Worker } from 'bullmq';
import { dispatch, type Dispatched } from '../backups/dispatch.ts';
import { type Queues } from '../backups/queues.ts';
import { GRACE_MS, tellMissed } from '../schedules/find-missed.ts';
import { tickOf } from '../schedules/tick.ts';
import { delayMsOf } from '../schedules/jitter.ts';

/** Takes requests from the queue, those of other teams and the ticks of schedules, and makes backups of them. */
export function openRequestWorker(boot: Boot, redis: RedisHandle, queues: Queues): Worker {
  const worker = openWorker(
    redis,
    REQUESTS_QUEUE,
    (job: RequestsJob) => withinJob(boot.log, job, () => serve(boot, redis, queues, job)),
    {
      telemetry: boot.telemetry.bullmq,
      onError: (error) => boot.log.debug('The worker of requests reports an error.', { error }),
    },
  ) as Worker;
  watchWorker(boot, worker);
  return worker;
}

type Outcome = Dispatched | 'refused' | 'skipped';
type RequestsJob = Job<RequestJob, Outcome>;

/** What a job of the queue comes to; a request that cannot be served is no failure of the job. */
async function serve(boot: Boot, redis: RedisHandle, queues: Queues, job: RequestsJob): Promise<Outcome> {
  const tick = tickOf(job);
  const request = tick?.request ?? job.data;
  const cluster = await boot.registry.get(request.cluster);
  const queue = cluster === undefined ? undefined : queues.backups.get(cluster.store);
  if (cluster === undefined || queue === undefined) {
    // A cluster that was removed while its tick waited.
    if (tick !== undefined) return 'skipped';
    await refuse(redis, request, unknownCluster(request.cluster));
    return 'refused';
  }
  if (tick === undefined) return dispatch(redis, queue, cluster, request);
  if (cluster.schedule === undefined || cluster.schedule.paused) return 'skipped';
  if (Date.now() - tick.due.getTime() <= GRACE_MS) {
    return dispatch(redis, queue, cluster, request, { delayMs: delayMsOf(cluster, cluster.schedule) });
  }
  await tellMissed({ redis, metrics: boot.metrics }, cluster, tick.due);
  return dispatch(redis, queue, cluster, { ...request, trigger: 'catch-up' });
}

async function refuse(redis: RedisHandle, { request, cluster }: RequestJob, error: unknown): Promise<void> {
  const failure = failureFrom(error);
  const at = new Date().toISOString();
  await writeRequestState(redis, { state: 'refused', request, cluster, at, error: failure });
  await emitOnce(redis, 'request.refused', { request, cluster, error: failure });
}

function unknownCluster(name: string): PlatformError {
  return new PlatformError('cluster.unknown', `There is no cluster ${JSON.stringify(name)}.`, {
    advice: 'Register it over the API or in the configuration file; names are case-sensitive.',
  });
}
