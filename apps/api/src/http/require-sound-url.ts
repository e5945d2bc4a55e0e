import { type NextFunction, type Request, type Response } from 'express';
import { ApiError } from '../api-error.ts';

/** Addresses whose percent-encoding means nothing: refused before a router or a parser makes something of them. */
export function requireSoundUrl(request: Request, _response: Response, next: NextFunction): void {
  try {
    decodeURIComponent(request.originalUrl);
  } catch {
    next(
      new ApiError('http.malformed', 'The address has a broken percent-encoding.', {
        advice: 'Encode names in UTF-8, each byte as %XX.',
      }),
    );
    return;
  }
  next();
}
