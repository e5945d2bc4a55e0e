import { describeError, isKlosetError } from '@etcd-kloset/errors';
import { type Job } from 'bullmq';

/** Why a job failed, in the words of our errors. */
export interface JobFailure {
  /** Stable, such as `etcd.unreachable`. */
  readonly code: string;
  readonly message: string;
  readonly advice?: string;
}

/** What BullMQ itself writes, see its scripts. */
const STALLED = 'job stalled more than allowable limit';
const CHILD_FAILED = /^child (\S+) failed$/;

/**
 * How a failure stands in BullMQ's `failedReason`, its only field for it: `[code] message`, and the advice in a line of
 * its own. People read it in Bull Board; {@link parseFailedReason} reads it back.
 */
export function formatFailure({ code, message, advice }: JobFailure): string {
  return `[${code}] ${message}${advice === undefined ? '' : `\nAdvice: ${advice}`}`;
}

export function parseFailedReason(reason: string): JobFailure {
  const own = /^\[([a-z][a-z0-9.-]*)\] ([^]*?)(?:\nAdvice: ([^]*))?$/.exec(reason);
  if (own !== null) {
    const [, code = '', message = '', advice] = own;
    return { code, message, ...(advice === undefined ? {} : { advice }) };
  }
  if (reason === STALLED) {
    return {
      code: 'job.stalled',
      message: 'Its worker vanished too often while it ran.',
      advice: 'Look into the logs of the workers, and at their memory limits.',
    };
  }
  if (CHILD_FAILED.test(reason)) {
    return { code: 'job.child-failed', message: 'One of its chunks could not be stored.' };
  }
  return { code: 'job.unexpected', message: reason };
}

/** The key of the child that a job failed for, when its reason says no more than that. */
export function failedChildOf(reason: string): string | undefined {
  return CHILD_FAILED.exec(reason)?.[1];
}

/** BullMQ's field, which is null once a job is retried. */
export function reasonOf(job: { readonly failedReason?: string | null }): string {
  return job.failedReason ?? '';
}

/** Why this job failed, or its last try; `undefined` when none did. See `failureOf` for one that failed because of a child. */
export function jobErrorOf(job: Pick<Job, 'failedReason'>): JobFailure | undefined {
  const reason = reasonOf(job);
  return reason === '' ? undefined : parseFailedReason(reason);
}

/** An error as a failure: of our own with code and advice, with the causes' words. */
export function failureFrom(error: unknown): JobFailure {
  const known = isKlosetError(error) ? error : undefined;
  const advice = known?.advice;
  const said = describeError(error);
  return {
    code: known?.code ?? 'job.unexpected',
    message: advice === undefined ? said : said.slice(0, -advice.length - 1),
    ...(advice === undefined ? {} : { advice }),
  };
}
