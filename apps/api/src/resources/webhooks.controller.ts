import { Controller, Inject } from '@nestjs/common';
import { type DeadLetter, listDeadLetters, retryDeadLetter } from '@etcd-kloset/jobs';
import { z } from 'zod';
import { type InputOf } from '../contract/route.ts';
import * as routes from '../contract/routes/webhooks.ts';
import { type DeadLetterView } from '../contract/schemas/webhook.ts';
import { accepted, type Answer, ok } from '../http/answer.ts';
import { decodeCursor, encodeCursor } from '../http/cursor.ts';
import { Input, Operation } from '../http/operation.ts';
import { type Page } from '../http/page.ts';
import { type Parts, PARTS } from '../parts.ts';

@Controller()
export class WebhooksController {
  readonly #parts: Parts;

  constructor(@Inject(PARTS) parts: Parts) {
    this.#parts = parts;
  }

  @Operation(routes.listDeadLetters)
  async list(
    @Input() { query }: InputOf<typeof routes.listDeadLetters>,
  ): Promise<Answer<Page<DeadLetterView>>> {
    const { pulse, queues } = this.#parts;
    const { limit, cursor } = query;
    const offset = decodeCursor(cursor, z.number().int().nonnegative()) ?? 0;
    const { total, letters } = await pulse.use(() => listDeadLetters(queues.webhooks, { offset, limit }));
    const end = offset + limit;
    return ok({ items: letters.map(viewOf), ...(end < total ? { next: encodeCursor(end) } : {}) });
  }

  @Operation(routes.retryDeadLetter)
  async retry(@Input() { params }: InputOf<typeof routes.retryDeadLetter>): Promise<Answer<undefined>> {
    const { pulse, queues } = this.#parts;
    await pulse.use(() => retryDeadLetter(queues.webhooks, params.letter));
    return accepted(undefined);
  }
}

function viewOf({ id, webhook, event, attempts, failedAt, error }: DeadLetter): DeadLetterView {
  return {
    id,
    webhook,
    event: { id: event.id, type: event.type, subject: event.subject, time: event.time },
    attempts,
    failedAt,
    error,
  };
}
