import { type Request } from 'express';
import { ApiError } from '../api-error.ts';
import { ROUTES } from '../contract/route-table.ts';

const PATTERNS = ROUTES.map(({ path, method }) => ({
  method: method.toUpperCase(),
  pattern: new RegExp(`^${path.replaceAll(/[.]/g, '\\.').replaceAll(/\{\w+\}/g, '[^/]+')}$`),
}));

/** Nothing is served here, or not with this method. */
export function noSuchRoute(request: Request): ApiError {
  const [path = '/'] = request.originalUrl.split('?');
  const methods = PATTERNS.filter(({ pattern }) => pattern.test(path)).map(({ method }) => method);
  if (methods.length === 0) {
    return new ApiError('http.no-such-route', 'Nothing is served at this address.', {
      advice: 'See /docs for what is.',
    });
  }
  const allow = [...new Set(methods.flatMap((method) => (method === 'GET' ? ['GET', 'HEAD'] : [method])))];
  return new ApiError('http.wrong-method', `Only ${allow.join(', ')} is served at this address.`, { allow });
}
