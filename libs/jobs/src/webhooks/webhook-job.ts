import { createHash } from 'node:crypto';
import { z } from 'zod';
import { cloudEventSchema } from '../events/cloud-event.ts';

/** Names of webhooks: every one that the configuration takes. They stand in ids of jobs, so there is no colon. */
export const webhookName = z.string().regex(/^[A-Za-z0-9]([A-Za-z0-9._-]{0,62}[A-Za-z0-9])?$/);

/** A job of the queue `webhooks`: one event on its way to one webhook. Where that is and its secret, the configuration knows. */
export const webhookJobSchema = z.strictObject({
  version: z.literal(1),
  webhook: webhookName,
  event: cloudEventSchema,
});
export type WebhookJob = z.infer<typeof webhookJobSchema>;

/**
 * The id of the job: the same for the same event and webhook, so that an event which is queued twice is delivered once.
 * Ids of events may hold what ids of jobs may not, so they are hashed.
 */
export function webhookJobId(webhook: string, eventId: string): string {
  const digest = createHash('sha256').update(eventId).digest('hex').slice(0, 32);
  return `${webhook}.${digest}`;
}

/** Whether a text can be such an id. Others may be names of keys beside the jobs, such as `failed`. */
export function isWebhookJobId(id: string): boolean {
  return /^[A-Za-z0-9._-]{1,64}\.[0-9a-f]{32}$/.test(id);
}
