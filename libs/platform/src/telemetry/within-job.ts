import { isKlosetError } from '@etcd-kloset/errors';
import { trace } from '@opentelemetry/api';
import { type Job } from 'bullmq';
import { type Logger, withLogFields } from '../logs/logger.ts';
import { failSpan } from './in-span.ts';

/** How a processor tells BullMQ that its job goes on later. */
const GOES_ON = new Set(['WaitingChildrenError', 'WaitingError', 'DelayedError', 'RateLimitError']);

type AnyJob = Pick<Job, 'id' | 'queueName' | 'attemptsMade' | 'opts'> & { readonly data: unknown };

/**
 * Does a job's work: what is logged meanwhile names queue, job and backup; the job's span can be found by them; a
 * failure is logged as it was thrown, before the queue makes one line of it.
 */
export async function withinJob<T>(log: Logger, job: AnyJob, work: () => Promise<T>): Promise<T> {
  const subjects = subjectsOf(job.data);
  const span = trace.getActiveSpan();
  for (const [name, value] of Object.entries(subjects)) span?.setAttribute(`kloset.${name}`, value);
  return withLogFields({ queue: job.queueName, job: job.id, ...subjects }, async () => {
    try {
      return await work();
    } catch (error) {
      if (error instanceof Error && GOES_ON.has(error.name)) throw error;
      if (span !== undefined) failSpan(span, error);
      const fields = { tries: job.attemptsMade + 1, tries_at_most: job.opts.attempts ?? 1, error };
      if (isKlosetError(error) && error.code === 'job.interrupted') log.info('A job is handed back.', fields);
      else log.warn('A job failed.', fields);
      throw error;
    }
  });
}

/** What a job is about, as far as it says. */
function subjectsOf(data: unknown): Record<string, string | number> {
  if (typeof data !== 'object' || data === null) return {};
  const { chunk, cluster, ...own } = data as Record<string, unknown>;
  // Jobs of chunks know the cluster by its folder only, which says nothing to people.
  const all = typeof chunk === 'object' ? { ...own, ...chunk } : { ...own, cluster };
  return Object.fromEntries(
    Object.entries(all).filter((entry): entry is [string, string | number] => isSubject(...entry)),
  );
}

const SUBJECTS = new Set(['request', 'backup', 'attempt', 'sequence', 'cluster', 'store', 'webhook']);

function isSubject(name: string, value: unknown): boolean {
  return SUBJECTS.has(name) && (typeof value === 'string' || typeof value === 'number');
}
