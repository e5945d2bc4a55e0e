import { type QueueKind } from './queue-names.ts';

/** Everything that must be decided about a queue. Nothing is optional: what is forgotten does not compile. */
export interface QueuePolicy {
  /** Jobs that one worker runs at a time, unless its configuration says otherwise. */
  readonly concurrency: number;
  /** A lock is renewed while its job runs; without renewals the job counts as stalled after so long. */
  readonly lockDurationMs: number;
  /** How often workers look for stalled jobs: one is given to another worker after at most a lock and two of these. */
  readonly stalledIntervalMs: number;
  /** A job whose workers vanish more often than this fails: it may be what kills them. */
  readonly maxStalledCount: number;
  /** Tries, the first one included. */
  readonly attempts: number;
  readonly backOff: BackOff;
  readonly keepCompleted: Retention;
  readonly keepFailed: Retention;
  /** Errors (codes) of a destination that is asked for too much: the whole queue pauses for so long. */
  readonly throttling: { readonly codes: readonly string[]; readonly pauseMs: number } | 'never';
}

/** Waits double from `firstMs` up to `mostMs`; each is spread over its upper half, so that jobs do not come back together. */
export interface BackOff {
  readonly firstMs: number;
  readonly mostMs: number;
}

/** What is older, or beyond the count, goes when the next job of the queue ends. */
export interface Retention {
  readonly count: number;
  readonly ageSeconds: number;
}

const MINUTE_MS = 60_000;
const HOUR = 3600;
const DAY = 24 * HOUR;
const LOCKS = { lockDurationMs: 30_000, stalledIntervalMs: 15_000, maxStalledCount: 5 } as const;

/** For how long a store may fail before its backups do: the default of `limits.storeOutageMs`. */
export const STORE_OUTAGE_MS = 60 * MINUTE_MS;
const PUT_BACK_OFF: BackOff = { firstMs: 1000, mostMs: 30_000 };

/** For how long a webhook may fail before its event is a dead letter. */
export const RECEIVER_OUTAGE_MS = 24 * 60 * MINUTE_MS;
const WEBHOOK_BACK_OFF: BackOff = { firstMs: 5000, mostMs: 4 * 60 * MINUTE_MS };

/** Of each kind of queue, in one table. */
export const QUEUE_POLICIES: Readonly<Record<QueueKind, QueuePolicy>> = {
  // Quick: a look at the registry and one job added. It waits for nothing but Redis.
  requests: {
    ...LOCKS,
    concurrency: 10,
    attempts: 10,
    backOff: { firstMs: 500, mostMs: 30_000 },
    keepCompleted: { count: 1000, ageSeconds: DAY },
    keepFailed: { count: 1000, ageSeconds: 7 * DAY },
    throttling: 'never',
  },
  // The history of backups that the API shows. A backup that failed for good is not repeated by the queue but by its schedule.
  backups: {
    ...LOCKS,
    concurrency: 4,
    attempts: 3,
    backOff: { firstMs: 5000, mostMs: MINUTE_MS },
    keepCompleted: { count: 2000, ageSeconds: 30 * DAY },
    keepFailed: { count: 2000, ageSeconds: 30 * DAY },
    throttling: 'never',
  },
  // Depends on nothing but the worker itself: what fails twice fails always.
  chunks: {
    ...LOCKS,
    concurrency: 2,
    attempts: 4,
    backOff: { firstMs: 500, mostMs: 10_000 },
    keepCompleted: { count: 200, ageSeconds: HOUR },
    keepFailed: { count: 1000, ageSeconds: 7 * DAY },
    throttling: 'never',
  },
  // A store may be away for an hour.
  puts: {
    ...LOCKS,
    concurrency: 4,
    attempts: attemptsWithin(STORE_OUTAGE_MS, PUT_BACK_OFF),
    backOff: PUT_BACK_OFF,
    keepCompleted: { count: 200, ageSeconds: HOUR },
    keepFailed: { count: 1000, ageSeconds: 7 * DAY },
    throttling: { codes: ['storage.busy', 'storage.throttled'], pauseMs: 2000 },
  },
  // A receiver may be away for a day; what stays undelivered is a dead letter, to be seen and sent again by hand.
  webhooks: {
    ...LOCKS,
    concurrency: 8,
    attempts: attemptsWithin(RECEIVER_OUTAGE_MS, WEBHOOK_BACK_OFF),
    backOff: WEBHOOK_BACK_OFF,
    keepCompleted: { count: 100, ageSeconds: HOUR },
    keepFailed: { count: 5000, ageSeconds: 14 * DAY },
    throttling: 'never',
  },
};

/** Milliseconds before the next try, after `tries` that failed. */
export function backOffMs({ firstMs, mostMs }: BackOff, tries: number, random = Math.random()): number {
  const full = Math.min(mostMs, firstMs * 2 ** Math.min(tries - 1, 30));
  return Math.round(full * (0.5 + random / 2));
}

/** So many tries that the last one comes no sooner than `durationMs` after the first. */
export function attemptsWithin(durationMs: number, backOff: BackOff): number {
  let attempts = 1;
  for (let passed = 0; passed < durationMs; attempts++) passed += backOffMs(backOff, attempts, 0);
  return attempts;
}
