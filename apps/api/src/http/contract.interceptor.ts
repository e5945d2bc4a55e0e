import {
  type CallHandler,
  type ExecutionContext,
  Inject,
  Injectable,
  type NestInterceptor,
} from '@nestjs/common';
import { type Request, type Response } from 'express';
import { map, type Observable } from 'rxjs';
import { type Answer } from './answer.ts';
import { routeOf } from './operation.ts';
import { type BodyLimits, readInput } from './read-input.ts';
import { contextOf } from './request-context.ts';

export const BODY_LIMITS = Symbol('body limits');

/** Between the guard and the handler: input is what the route's schemas say, and answers are sent as they are. */
@Injectable()
export class ContractInterceptor implements NestInterceptor {
  readonly #limits: BodyLimits;

  constructor(@Inject(BODY_LIMITS) limits: BodyLimits) {
    this.#limits = limits;
  }

  async intercept(context: ExecutionContext, next: CallHandler): Promise<Observable<unknown>> {
    const http = context.switchToHttp();
    const request = http.getRequest<Request>();
    const response = http.getResponse<Response>();
    contextOf(request).input = await readInput(routeOf(context), request, this.#limits);
    // An ETag is the version of a definition; what an answer says besides changes without it: no 304 by Express.
    if (request.method === 'GET' || request.method === 'HEAD') delete request.headers['if-none-match'];
    return next.handle().pipe(
      map((answer: Answer<unknown> | undefined) => {
        // A handler that streams has taken the response, and returns nothing.
        if (answer === undefined) return undefined;
        response.status(answer.status).set(answer.headers);
        return answer.body;
      }),
    );
  }
}
