import { hash } from 'node:crypto';
import { type RequestJob } from '@etcd-kloset/jobs';
import { type ClusterDefinition } from '@etcd-kloset/platform';
import { type Job } from 'bullmq';

/** A schedule whose time has come. */
export interface Tick {
  readonly due: Date;
  readonly request: RequestJob;
}

/** What BullMQ's scheduler puts into the queue each time: the id says nothing, the time makes it one. */
export const TICK_REQUEST = '00000000-0000-4000-8000-000000000000';

/** The request of a job that a schedule put into the queue; undefined for all others. */
export function tickOf({ data, opts }: Pick<Job<RequestJob>, 'data' | 'opts'>): Tick | undefined {
  const { prevMillis } = opts as { readonly prevMillis?: number };
  if (data.trigger !== 'schedule' || data.request !== TICK_REQUEST || prevMillis === undefined)
    return undefined;
  return tickAt(data, new Date(prevMillis));
}

export function tickAt(data: Pick<RequestJob, 'cluster' | 'trigger'>, due: Date): Tick {
  return {
    due,
    request: {
      version: 1,
      request: requestOfDue(data.cluster, due),
      cluster: data.cluster,
      trigger: data.trigger,
      due: due.toISOString(),
    },
  };
}

/**
 * The id of the request for one due time of a cluster's schedule (a UUID of version 8, RFC 9562): the same whoever
 * makes it, the scheduler or whoever finds later that it was missed, so that there is one backup for it.
 */
export function requestOfDue(cluster: ClusterDefinition['name'], due: Date): string {
  const digest = hash('sha256', `schedule ${due.toISOString()} ${cluster}`, 'buffer');
  digest[6] = (digest[6]! & 0x0f) | 0x80;
  digest[8] = (digest[8]! & 0x3f) | 0x80;
  const hex = digest.toString('hex', 0, 16);
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}
