import { uuid } from '../backup/backup-job.ts';
import { type CloudEvent, type EventType } from '../events/event-types.ts';
import { BATCH_SIZE, readBatches } from '../events/read-batches.ts';
import { isWanted, readEntry } from '../events/stream-entry.ts';
import { orAborted, untilAborted } from '../events/until-aborted.ts';
import { failureError } from '../queues/children.ts';
import { type RedisHandle } from '../redis/connect-redis.ts';
import { lookUpBackup, lookUpRequest, type RequestOutcome, unknownRequest } from './look-up-outcome.ts';
import { RequestTracker } from './track-request.ts';

export interface FollowBackupOptions {
  /** Ends it before the backup does. */
  readonly signal?: AbortSignal;
  /** `backup.progress`, about once a second, too? Default: no. */
  readonly progress?: boolean;
}

const TYPES: readonly EventType[] = [
  'backup.requested',
  'request.refused',
  'backup.started',
  'backup.committed',
  'backup.unproven',
  'backup.mismatch',
  'backup.failed',
];

/** By how much the clock of whoever made the request may be ahead of that of Redis, which numbers the events. */
const CLOCKS_APART_MS = 5 * 60 * 1000;
/** How long the stream may be silent, and how often is looked elsewhere. */
const LOOK_EVERY_MS = 2000;
/** An event that is not there so long after its backup's end was dropped from the stream, or never got into it. */
const LATE_MS = 10_000;

/**
 * The events of a request in order, those from before this call too, until the one that ends it: `request.refused`,
 * `backup.failed`, or `backup.committed` with, when it is not proven, the `backup.unproven` or `backup.mismatch` after it. A
 * request that joined a backup which was under way is followed there. Where the stream has dropped events, the last one
 * is made from the job's state, with the same id.
 *
 * Throws `request.unknown`, and what made a request fail that could not be looked at. A Redis that is away is waited for.
 */
export async function* followBackup(
  redis: RedisHandle,
  request: string,
  options: FollowBackupOptions = {},
): AsyncGenerator<CloudEvent, void, undefined> {
  const { signal = new AbortController().signal, progress = false } = options;
  if (!uuid.safeParse(request).success) throw unknownRequest(request);
  const look = (): Promise<RequestOutcome | undefined> =>
    orAborted(
      signal,
      untilAborted(signal, () => lookUpRequest(redis, request)),
    );
  const first = await look();
  if (first === undefined) return;
  if (first.is === 'unknown') throw unknownRequest(request);
  if (first.is === 'stuck') throw failureError(first.failure);

  const tracker = new RequestTracker(request);
  const types: readonly EventType[] = progress ? [...TYPES, 'backup.progress'] : TYPES;
  const from = `${Math.max(0, first.at - CLOCKS_APART_MS)}-0`;
  let lookAt = 0;
  let missing = 0;
  for await (const entries of readBatches(redis, { from, signal, blockMs: LOOK_EVERY_MS })) {
    for (const entry of entries) {
      if (!isWanted(entry, { types })) continue;
      const read = readEntry(entry);
      if ('event' in read) yield* tracker.take(read.event);
      if (tracker.ended) return;
    }
    // The stream first, to its end: it knows more.
    if (entries.length === BATCH_SIZE || (entries.length > 0 && Date.now() < lookAt)) continue;
    lookAt = Date.now() + LOOK_EVERY_MS;
    const outcome = await look();
    if (outcome === undefined) return;
    yield* await fromElsewhere(outcome);
    if (isEnded(tracker)) return;
  }

  async function fromElsewhere(outcome: RequestOutcome): Promise<CloudEvent[]> {
    switch (outcome.is) {
      case 'waiting':
        return [];
      case 'unknown':
        throw unknownRequest(request);
      case 'stuck':
        throw failureError(outcome.failure);
      case 'refused':
        return outcome.events.flatMap((event) => tracker.take(event));
      case 'accepted':
        return [...tracker.know(outcome.backup), ...(await fromJob(outcome.store, tracker.backup!))];
    }
  }

  /** What its events would have told. */
  async function fromJob(store: string, backup: string): Promise<CloudEvent[]> {
    if (tracker.ended) return [];
    const work = untilAborted(signal, () => lookUpBackup(redis, store, backup));
    const outcome = await orAborted(signal, work);
    // Whoever accepts a request may say so a moment before there is a job.
    missing = outcome === 'unknown' ? missing + 1 : 0;
    if (missing > 1) throw unknownRequest(request);
    if (outcome === undefined || outcome === 'running' || outcome === 'unknown') return [];
    if (Date.now() - outcome.endedAt < LATE_MS) return [];
    return outcome.events.flatMap((event) => tracker.take(event));
  }
}

/** A function, so that the compiler does not believe what it saw before. */
function isEnded(tracker: RequestTracker): boolean {
  return tracker.ended;
}
