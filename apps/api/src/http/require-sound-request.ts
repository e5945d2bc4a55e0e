import { type NextFunction, type Request, type Response } from 'express';
import { ApiError } from '../api-error.ts';

/** What no route could make sense of: refused before a router or a parser makes something of it. */
export function requireSoundRequest(request: Request, _response: Response, next: NextFunction): void {
  const error = problemOf(request);
  if (error === undefined) next();
  else next(error);
}

function problemOf({ httpVersion, headers, originalUrl }: Request): ApiError | undefined {
  if (httpVersion === '1.1' && headers.host === undefined) {
    return new ApiError('http.malformed', 'The request has no header Host.', {
      advice: 'HTTP/1.1 requires it.',
    });
  }
  try {
    decodeURIComponent(originalUrl);
    return undefined;
  } catch {
    return new ApiError('http.malformed', 'The address has a broken percent-encoding.', {
      advice: 'Encode names in UTF-8, each byte as %XX.',
    });
  }
}
