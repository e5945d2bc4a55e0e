import { KlosetError } from '@etcd-kloset/errors';

export type JobsErrorCode =
  /** The address is no `redis://` or `rediss://` URL. */
  | 'redis.bad-url'
  /** It does not answer, or not in time. */
  | 'redis.unreachable'
  /** Wrong user or password, or the user may not do that. */
  | 'redis.denied'
  /** Its memory is full, or it cannot write to its disk: it takes no writes. */
  | 'redis.full'
  /** It would throw jobs away when its memory is full. */
  | 'redis.evicts'
  /** It would lose all jobs in a restart. */
  | 'redis.not-persistent'
  | 'redis.too-old'
  /** What was asked of a queue, or lies in one, is not what its schema says. */
  | 'job.invalid'
  | 'job.too-large'
  /** One of its children failed, and is not kept any more: nothing else is known. */
  | 'job.child-failed'
  /** Its worker vanished too often while it ran. */
  | 'job.stalled'
  /** An error that no part of the product threw on purpose. */
  | 'job.unexpected'
  /** Its worker is shutting down: another one goes on. */
  | 'job.interrupted'
  /** The job's lock went to another worker. */
  | 'job.lock-lost'
  /** Bytes that should be in staging are not, or no longer: the backup reads again. */
  | 'staging.lost'
  | 'staging.too-large'
  /** Of an attempt that does not count any more. */
  | 'staging.superseded'
  | 'backup.cancelled'
  | 'request.unknown'
  | 'event.invalid'
  /** Where to read on from is no id of the stream. */
  | 'event.bad-position'
  | 'webhook.bad-url'
  /** The address is one that webhooks must not reach. */
  | 'webhook.forbidden-address'
  | 'webhook.unreachable'
  | 'webhook.timeout'
  /** It answered 408, 429 or 5xx: later it may take the event. */
  | 'webhook.failed'
  /** It answered with something else than 2xx, which trying again does not change. */
  | 'webhook.refused'
  /** It answered 410: it wants no more. */
  | 'webhook.gone'
  | 'webhook.no-secret'
  | 'webhook.no-dead-letter';

/** Every failure of Redis, of queues and of what travels through them. */
export class JobsError extends KlosetError<JobsErrorCode> {}

export function isJobsError(error: unknown): error is JobsError {
  return error instanceof JobsError;
}
