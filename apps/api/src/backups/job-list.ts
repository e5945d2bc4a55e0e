import { type BackupJob, isFinished, type RedisHandle } from '@etcd-kloset/jobs';
import { type Job, type JobState } from 'bullmq';
import { z } from 'zod';
import { type JobView } from '../contract/schemas/job.ts';
import { decodeCursor, encodeCursor } from '../http/cursor.ts';
import { type Page, type PageRequest } from '../http/page.ts';
import { viewOfJob } from './job-view.ts';
import { type BackupsQueue, type Queues } from './queues.ts';

export interface JobFilter {
  readonly isWanted: (job: Pick<BackupJob, 'cluster'>) => boolean;
  readonly states: readonly JobView['state'][] | undefined;
}

type Found = {
  readonly at: number;
  readonly id: string;
  readonly state: JobState;
  readonly queue: BackupsQueue;
};

/** Under way first, by when they were asked for; then what has ended, by when it did. Both newest first. */
const position = z.object({ part: z.enum(['open', 'ended']), at: z.number(), id: z.string() });
type Position = z.infer<typeof position>;

const OPEN: readonly JobState[] = ['active', 'waiting', 'waiting-children', 'delayed', 'prioritized'];

/** A page of the jobs of all stores. Nothing is loaded but what the page needs, and what the filter drops on the way. */
export async function listJobs(
  redis: RedisHandle,
  { backups }: Queues,
  filter: JobFilter,
  { limit, cursor }: PageRequest,
): Promise<Page<JobView>> {
  const after = decodeCursor(cursor, position);
  const items: JobView[] = [];
  for await (const [found, view] of allJobs(redis, [...backups.values()], filter, after)) {
    items.push(view);
    // One more would have to be looked at to know whether there is one: an empty last page is as good.
    if (items.length === limit) return { items, next: encodeCursor(positionOf(found)) };
  }
  return { items };
}

async function* allJobs(
  redis: RedisHandle,
  queues: readonly BackupsQueue[],
  filter: JobFilter,
  after: Position | undefined,
): AsyncGenerator<readonly [Found, JobView]> {
  const wants = (state: JobView['state']): boolean => filter.states?.includes(state) ?? true;
  const parts = [
    ...(after?.part === 'ended' ? [] : [openJobs(queues, after)]),
    ...((['committed', 'failed', 'cancelled'] as const).some(wants)
      ? [endedJobs(redis, queues, after?.part === 'ended' ? after : undefined)]
      : []),
  ];
  for (const part of parts) {
    for await (const batch of part) {
      const views = await Promise.all(batch.map((found) => viewOf(redis, found, filter)));
      for (const [at, view] of views.entries()) {
        if (view !== undefined && wants(view.state)) yield [batch[at]!, view];
      }
    }
  }
}

async function viewOf(
  redis: RedisHandle,
  { queue, id, state }: Found,
  filter: JobFilter,
): Promise<JobView | undefined> {
  const job = await queue.getJob(id);
  if (job === undefined || !filter.isWanted(job.data)) return undefined;
  return viewOfJob(redis, { job, queue }, state);
}

/** A cluster has one backup at a time under way: there are few, and all are looked at. */
async function* openJobs(
  queues: readonly BackupsQueue[],
  after: Position | undefined,
): AsyncGenerator<Found[]> {
  const found = await Promise.all(
    queues.flatMap((queue) =>
      OPEN.map(async (state) => {
        const jobs = (await queue.getJobs([state], 0, -1)) as (Job | undefined)[];
        return jobs.flatMap((job) =>
          job?.id === undefined ? [] : { at: job.timestamp, id: job.id, state, queue },
        );
      }),
    ),
  );
  // One that moved on while the states were asked for came twice.
  const byId = new Map(found.flat().map((each) => [each.id, each]));
  yield [...byId.values()].sort(newestFirst).filter((each) => isAfter(each, after));
}

const BATCH = 100;

/** Straight from the sets in which BullMQ keeps them by the time of their end: pages do not shift when more end. */
async function* endedJobs(
  redis: RedisHandle,
  queues: readonly BackupsQueue[],
  after: Position | undefined,
): AsyncGenerator<Found[]> {
  let from = after;
  for (;;) {
    const most = from === undefined ? '+inf' : from.at;
    const found = await Promise.all(
      queues.flatMap((queue) =>
        (['completed', 'failed'] as const).map(async (state) => {
          const flat = await redis.client.zrevrangebyscore(
            queue.toKey(state),
            most,
            '-inf',
            'WITHSCORES',
            'LIMIT',
            0,
            BATCH,
          );
          return pairsOf(flat).map(([id, at]): Found => ({ id, at, state, queue }));
        }),
      ),
    );
    const batch = found
      .flat()
      .sort(newestFirst)
      .filter((each) => isAfter(each, from))
      .slice(0, BATCH);
    const last = batch.at(-1);
    if (last === undefined) return;
    yield batch;
    from = positionOf(last);
  }
}

function pairsOf(flat: readonly string[]): [string, number][] {
  return Array.from({ length: flat.length / 2 }, (_, at) => [flat[2 * at]!, Number(flat[2 * at + 1])]);
}

function positionOf({ at, id, state }: Found): Position {
  return { part: isFinished(state) ? 'ended' : 'open', at, id };
}

function newestFirst(a: Found, b: Found): number {
  return b.at - a.at || (a.id < b.id ? 1 : -1);
}

function isAfter({ at, id }: Found, position: Pick<Position, 'at' | 'id'> | undefined): boolean {
  return position === undefined || at < position.at || (at === position.at && id < position.id);
}
