import { type CloudEvent, type EventType } from '../events/event-types.ts';
import { type JobQueue } from '../queues/open-queue.ts';
import { type WEBHOOKS_QUEUE } from '../queues/queue-names.ts';
import { orRedisError } from '../redis/redis-errors.ts';
import { webhookJobId } from './webhook-job.ts';

/**
 * Whether a webhook is sent an event: of the types it names; when it names none, of all but `backup.progress`, which
 * comes every second. Never `webhook.dead`: two webhooks that are both dead would tell each other so for ever.
 */
export function isForWebhook(types: readonly EventType[] | undefined, event: CloudEvent): boolean {
  if (event.type === 'webhook.dead') return false;
  return types === undefined ? event.type !== 'backup.progress' : types.includes(event.type);
}

/** Puts an event on its way to a webhook, once however often this is called for the two. */
export async function queueWebhook(
  queue: JobQueue<typeof WEBHOOKS_QUEUE>,
  webhook: string,
  event: CloudEvent,
): Promise<void> {
  const jobId = webhookJobId(webhook, event.id);
  await orRedisError(queue.add('deliver', { version: 1, webhook, event }, { jobId }));
}
