import { type Boot, withLogFields } from '@etcd-kloset/platform';
import { type NextFunction, type Request, type Response } from 'express';
import { contextOf } from './request-context.ts';

/** Gives each request its id, and tells log and metrics of it when it was answered. */
export function observeRequests({ log, metrics }: Pick<Boot, 'log' | 'metrics'>) {
  return (request: Request, response: Response, next: NextFunction): void => {
    const context = contextOf(request);
    const { id } = context;
    const from = performance.now();
    response.setHeader('X-Request-Id', id);
    response.once('close', () => {
      const ms = performance.now() - from;
      const { method } = request;
      const status = response.statusCode;
      const route = context.route?.path;
      metrics.apiRequest.record(ms / 1000, { method, route: route ?? 'none', status: String(status) });
      const fields = {
        request: id,
        method,
        route,
        status,
        ms: Math.round(ms),
        caller: context.principal?.name,
      };
      // Those who only look are many.
      if (status < 400 && (method === 'GET' || method === 'HEAD')) log.debug('Answered a request.', fields);
      else log.info('Answered a request.', fields);
    });
    withLogFields({ request: id }, next);
  };
}
