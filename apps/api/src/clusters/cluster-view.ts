import { keys, orRedisError } from '@etcd-kloset/jobs';
import { hasRole, type Principal, type RegisteredCluster } from '@etcd-kloset/platform';
import { type ClusterView } from '../contract/schemas/cluster.ts';
import { type JobView } from '../contract/schemas/job.ts';
import { type SnapshotView } from '../contract/schemas/snapshot.ts';
import { viewOfJob } from '../backups/job-view.ts';
import { type Parts } from '../parts.ts';
import { nextRuns } from '../schedules/schedule-view.ts';
import { newestOf } from '../stores/newest.ts';

/** A cluster as this caller sees it, and how well it is backed up. */
export async function viewOfCluster(
  parts: Parts,
  principal: Principal,
  cluster: RegisteredCluster,
  now = new Date(),
): Promise<ClusterView> {
  const { name, store, endpoints, onlyEndpoints, schedule, objectiveSeconds, labels, proof, requireProof } =
    cluster;
  return {
    name,
    store,
    endpoints: [...endpoints],
    onlyEndpoints,
    ...accessOf(cluster, hasRole(principal, 'admin')),
    schedule,
    objectiveSeconds,
    labels,
    proof,
    requireProof,
    origin: cluster.origin,
    version: cluster.version,
    status: await statusOf(parts, cluster, now),
  };
}

/** Names of files say how a machine is set up: that is for those who set it up. */
function accessOf({ tls, auth }: RegisteredCluster, showFiles: boolean): Pick<ClusterView, 'tls' | 'auth'> {
  return {
    ...(tls === undefined
      ? {}
      : {
          tls: {
            serverName: tls.serverName,
            insecureSkipVerify: tls.insecureSkipVerify,
            ...(showFiles ? { caFile: tls.caFile, certFile: tls.certFile, keyFile: tls.keyFile } : {}),
          },
        }),
    ...(auth === undefined
      ? {}
      : { auth: { user: auth.user, ...(showFiles ? { passwordFile: auth.passwordFile } : {}) } }),
  };
}

async function statusOf(parts: Parts, cluster: RegisteredCluster, now: Date): Promise<ClusterView['status']> {
  const { newest, newestProven, snapshots } = newestOf(parts.views.get(cluster.store), cluster.name);
  const [next] = nextRuns(cluster, now, 1);
  return {
    newest: last(newest, now),
    newestProven: last(newestProven, now),
    objective: objectiveOf(parts, cluster, newestProven, now),
    snapshots,
    running: await runningJob(parts, cluster),
    nextRun: next?.toISOString(),
  };
}

function last(view: SnapshotView | undefined, now: Date): ClusterView['status']['newest'] {
  if (view === undefined) return undefined;
  const { id, time, revision, proof } = view;
  return { id, time, revision, proof, ageSeconds: ageSeconds(time, now) };
}

/** Clocks may be apart: nothing is younger than now. */
function ageSeconds(time: string, now: Date): number {
  return Math.max(0, Math.floor((now.getTime() - Date.parse(time)) / 1000));
}

function objectiveOf(
  { views }: Parts,
  { store, objectiveSeconds }: RegisteredCluster,
  newestProven: SnapshotView | undefined,
  now: Date,
): ClusterView['status']['objective'] {
  if (objectiveSeconds === undefined) return 'none';
  if (newestProven === undefined) return views.get(store)?.scannedAt === undefined ? 'unknown' : 'missed';
  return ageSeconds(newestProven.time, now) <= objectiveSeconds ? 'met' : 'missed';
}

/** The backup that is under way; none while Redis is away, which says so in what needs it. */
async function runningJob(
  { redis, pulse, queues }: Parts,
  { name, store }: RegisteredCluster,
): Promise<JobView | undefined> {
  if (!pulse.beats()) return undefined;
  const claim = await orRedisError(redis.client.get(keys.running(redis.prefix, store, name)));
  const [backup = ''] = (claim ?? '').split(' ');
  const queue = queues.backups.get(store);
  const job = backup === '' ? undefined : await queue?.getJob(backup);
  const view = queue === undefined || job === undefined ? undefined : await viewOfJob(redis, { job, queue });
  return view?.finishedAt === undefined ? view : undefined;
}
