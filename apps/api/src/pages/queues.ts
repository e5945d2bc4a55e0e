import { createBullBoard } from '@bull-board/api';
import { BullMQAdapter } from '@bull-board/api/bullMQAdapter';
import { ExpressAdapter } from '@bull-board/express';
import express, { type Express, type Router } from 'express';
import { guardBrowser } from '../http/guard-browser.ts';
import { PAGE, securityHeaders } from '../http/security-headers.ts';
import { type Parts } from '../parts.ts';
import { boardErrors } from './queues-error.ts';

const BASE = '/queues';

/**
 * Bull Board. The guard comes before its router, which has no notion of one.
 *
 * Jobs of backups are shown and not touched: a child that is removed or repeated by hand would leave a backup with a
 * chunk missing, or two at a time. What can be done with them, the API does.
 */
export function queuesPage(parts: Parts): Router {
  const { queues, pulse } = parts;
  const serverAdapter = new ExpressAdapter();
  serverAdapter.setBasePath(BASE);
  createBullBoard({
    queues: [
      new BullMQAdapter(queues.requests),
      new BullMQAdapter(queues.webhooks),
      ...[...queues.backups.values(), ...queues.chunks].map(
        (queue) => new BullMQAdapter(queue, { readOnlyMode: true, allowRetries: false }),
      ),
    ],
    serverAdapter,
    options: { uiConfig: { boardTitle: 'etcd-kloset' } },
  });
  serverAdapter.setErrorHandler(boardErrors(parts.boot.log));
  const board = serverAdapter.getRouter() as Express;
  board.disable('x-powered-by');
  const router = express.Router({ caseSensitive: true });
  router.use(BASE, guardBrowser(parts), securityHeaders(PAGE), (_request, _response, next) => {
    pulse.use(() => Promise.resolve()).then(() => next(), next);
  });
  router.use(BASE, board);
  return router;
}
