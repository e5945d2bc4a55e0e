import {
  type BackupJob,
  claimRunning,
  emitOnce,
  isUnderWay,
  readRequestState,
  type RedisHandle,
  type RequestJob,
  writeRequestState,
} from '@etcd-kloset/jobs';
import { activeTraceparent, type ClusterDefinition } from '@etcd-kloset/platform';
import { type Job } from 'bullmq';
import { type BackupsQueue } from './queues.ts';

/** What a request became. */
export interface Dispatched {
  readonly backup: string;
  readonly store: string;
  /** True when a backup of the cluster was under way, and is this one. */
  readonly joined: boolean;
}

/**
 * Makes a backup's job of a request, or joins the backup that is under way. Done twice with the same request, by
 * whomever, it is one backup: the job has the request's id.
 *
 * @param options.delayMs until the job may begin, for schedules; who asks without a delay does not wait for one that has
 */
export async function dispatch(
  redis: RedisHandle,
  queue: BackupsQueue,
  cluster: Pick<ClusterDefinition, 'name' | 'store'>,
  request: RequestJob,
  { delayMs = 0 }: { readonly delayMs?: number } = {},
): Promise<Dispatched> {
  const decided = await readRequestState(redis, request.request);
  if (decided?.state === 'accepted') return decided;

  const { name, store } = cluster;
  const { backup, joined } = await claimRunning(redis, {
    store,
    cluster: name,
    backup: request.request,
    isAlive: async (id) => {
      const job = await queue.getJob(id);
      return job === undefined ? undefined : isUnderWay(job);
    },
  });
  const job = joined ? await queue.getJob(backup) : undefined;
  if (job === undefined) {
    // One that is there already is left as it is. Whoever claimed the cluster may have died before there was a job: then
    // this one is it, for all who joined.
    await queue.add('backup', jobOf({ ...request, request: backup }, store), {
      jobId: backup,
      delay: delayMs,
    });
  } else if (delayMs === 0) await beginNow(job);
  await writeRequestState(redis, {
    state: 'accepted',
    request: request.request,
    cluster: name,
    at: new Date().toISOString(),
    backup,
    store,
    joined,
  });
  await emitOnce(
    redis,
    'backup.requested',
    {
      backup,
      cluster: name,
      store,
      trigger: request.trigger,
      request: request.request,
      joined,
      requestedBy: request.requestedBy,
    },
    { traceparent: activeTraceparent() },
  );
  return { backup, store, joined };
}

function jobOf(request: RequestJob, store: string): BackupJob {
  const { cluster, trigger, labels, requestedBy, retryOf } = request;
  return {
    version: 1,
    backup: request.request,
    cluster,
    store,
    trigger,
    labels,
    requestedBy,
    retryOf,
    requestedAt: new Date().toISOString(),
    step: 'read',
  };
}

/** A backup that waits for its turn in a schedule's jitter begins when somebody asks for it. */
async function beginNow(job: Job<BackupJob, unknown>): Promise<void> {
  // One that failed once waits to be tried again, and has its reason to wait.
  if (job.attemptsMade > 0 || !(await job.isDelayed())) return;
  try {
    await job.promote();
  } catch (error) {
    // It began by itself meanwhile.
    if (await job.isDelayed()) throw error;
  }
}
