import { type ArgumentsHost, Catch, type ExceptionFilter, NotFoundException } from '@nestjs/common';
import { type Logger } from '@etcd-kloset/platform';
import { type Request, type Response } from 'express';
import { problemOf } from './problem-of.ts';
import { contextOf } from './request-context.ts';
import { noSuchRoute } from './unknown-route.ts';

/** Every error of every request ends here, and leaves as a problem. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  readonly #log: Logger;

  constructor(log: Logger) {
    this.#log = log;
  }

  catch(thrown: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    const request = http.getRequest<Request>();
    // Only the router throws it: our own errors have codes.
    const error = thrown instanceof NotFoundException ? noSuchRoute(request) : thrown;
    sendProblem(error, request, http.getResponse<Response>(), this.#log);
  }
}

export function sendProblem(error: unknown, request: Request, response: Response, log: Logger): void {
  // Whoever asked has gone.
  if (response.destroyed || request.socket.destroyed) return;
  const { id } = contextOf(request);
  const { problem, headers } = problemOf(error, id);
  if (problem.status >= 500) log.error('A request failed.', { request: id, code: problem.code, error });
  if (response.headersSent) {
    // An answer that breaks off must not look like a whole one.
    response.destroy();
    return;
  }
  // What is left of the body is not read: the next request cannot be told from it.
  if (!request.complete) response.set('Connection', 'close');
  // What was said of a body that does not come.
  for (const name of ['Content-Length', 'Content-Disposition', 'ETag']) response.removeHeader(name);
  // What the route itself said already counts.
  for (const [name, value] of Object.entries(headers))
    if (!response.hasHeader(name)) response.set(name, value);
  response
    .status(problem.status)
    .set('Content-Type', 'application/problem+json')
    .end(request.method === 'HEAD' ? undefined : JSON.stringify(problem));
}
