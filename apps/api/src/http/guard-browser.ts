import { type NextFunction, type Request, type Response } from 'express';
import { authorize } from '@etcd-kloset/platform';
import { ApiError } from '../api-error.ts';
import { type Parts } from '../parts.ts';
import { authenticateBrowser } from './authenticate.ts';
import { contextOf } from './request-context.ts';

/** Before a page for administrators, and everything below it: nothing of it is served to anybody else. */
export function guardBrowser({ keys, limits }: Pick<Parts, 'keys' | 'limits'>) {
  return async (request: Request, response: Response, next: NextFunction): Promise<void> => {
    try {
      const principal = authenticateBrowser(keys, request);
      contextOf(request).principal = principal;
      await limits.takeKey(principal, response);
      authorize(principal, 'admin');
      if (principal.clusters !== undefined) {
        throw new ApiError('auth.limited', 'The queues concern all clusters, and your key sees some only.', {
          advice: 'Use a key without limits.',
        });
      }
      requireSameOrigin(request);
    } catch (error) {
      if (contextOf(request).principal === undefined) {
        response.setHeader('WWW-Authenticate', 'Basic realm="etcd-kloset", charset="UTF-8"');
        await limits.takeAddress(request);
      }
      throw error;
    }
    next();
  };
}

/** A browser sends the password along with whatever another site makes it ask for. */
function requireSameOrigin({ method, headers }: Request): void {
  if (method === 'GET' || method === 'HEAD') return;
  const site = headers['sec-fetch-site'];
  const isSame = site === undefined ? isOwn(headers.origin, headers.host) : site === 'same-origin';
  if (isSame) return;
  throw new ApiError('auth.other-site', 'Another site asked for this.', {
    advice: 'Open /queues itself.',
  });
}

/** Programs that are no browsers send neither. */
function isOwn(origin: string | undefined, host: string | undefined): boolean {
  return origin === undefined || URL.parse(origin)?.host === host;
}
