import { Controller, Inject, Req, Res } from '@nestjs/common';
import { type Principal } from '@etcd-kloset/platform';
import { type Request, type Response } from 'express';
import { ApiError } from '../api-error.ts';
import { type InputOf } from '../contract/route.ts';
import * as routes from '../contract/routes/events.ts';
import { eventFeed } from '../events/event-feed.ts';
import { eventFilter } from '../events/event-filter.ts';
import { sendEvents } from '../events/send-events.ts';
import { Caller, Input, Operation } from '../http/operation.ts';
import { type Parts, PARTS } from '../parts.ts';

@Controller()
export class EventsController {
  readonly #parts: Parts;

  constructor(@Inject(PARTS) parts: Parts) {
    this.#parts = parts;
  }

  @Operation(routes.streamEvents)
  async stream(
    @Input() { headers, query }: InputOf<typeof routes.streamEvents>,
    @Caller() caller: Principal,
    @Req() request: Request,
    @Res() response: Response,
  ): Promise<void> {
    const { boot, book, hub, listening, pulse } = this.#parts;
    // Whom which cluster concerns must be known before the first event.
    await pulse.use(() => book.all());
    const free = listening.take(tooMany);
    const gone = new AbortController();
    response.once('close', () => gone.abort());
    const signal = AbortSignal.any([gone.signal, boot.stop.asked]);
    try {
      response.status(200).set({
        'Content-Type': 'text/event-stream; charset=utf-8',
        // Some proxies keep what they pass on until there is more of it.
        'X-Accel-Buffering': 'no',
      });
      if (request.method === 'HEAD') {
        response.end();
        return;
      }
      response.flushHeaders();
      const after = headers['last-event-id'] ?? query['last-event-id'];
      const isWanted = eventFilter(book, caller, query);
      const onTooSlow = (): void => {
        boot.log.info('A reader of events was cut off: it reads too slowly.', { caller: caller.name });
        response.destroy();
      };
      await sendEvents(response, eventFeed(boot.redis, hub, { after, signal, isWanted, onTooSlow }));
    } finally {
      free();
    }
  }
}

function tooMany(): ApiError {
  return new ApiError('events.too-many', 'As many listen to events as can at the same time.', {
    advice: 'Close streams that are not needed, or ask another replica.',
    retryAfterSeconds: 30,
    retryable: true,
  });
}
