import { z } from 'zod';
import { defineRoute } from '../route.ts';
import { pageQuery } from '../schemas/page.ts';
import { deadLetterPage } from '../schemas/webhook.ts';

const tag = 'Webhooks';

export const listDeadLetters = defineRoute({
  operationId: 'listDeadLetters',
  method: 'get',
  path: '/v1/webhooks/dead-letters',
  tag,
  summary: 'Events that a webhook did not take, newest first',
  role: 'admin',
  unlimited: true,
  query: z.strictObject(pageQuery),
  answers: { 200: { description: 'One page of them.', schema: deadLetterPage } },
  problems: ['redis.unreachable'],
});

export const retryDeadLetter = defineRoute({
  operationId: 'retryDeadLetter',
  method: 'post',
  path: '/v1/webhooks/dead-letters/{letter}/retry',
  tag,
  summary: 'Send one of them again',
  role: 'admin',
  unlimited: true,
  params: z.object({
    letter: z.string().min(1).max(200).meta({ description: 'Its id.' }),
  }),
  answers: { 202: { description: 'It is queued again.' } },
  problems: ['webhook.no-dead-letter', 'redis.unreachable', 'redis.full'],
});
