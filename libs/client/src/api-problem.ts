import { type components } from './api-types.ts';

export type Problem = components['schemas']['Problem'];

/** The API answered with a problem (RFC 9457); or something before it, such as a proxy, with an error of its own. */
export class ApiProblem extends Error {
  override readonly name = 'ApiProblem';
  readonly status: number;
  /** Stable, such as `cluster.unknown`; undefined when it was not the API that answered. */
  readonly code: string | undefined;
  /** What can be done about it. */
  readonly advice: string | undefined;
  /** When another try makes sense. */
  readonly retryAfterSeconds: number | undefined;
  /** As it was answered: places in the request that are wrong, and what names it in the service's log. */
  readonly problem: Problem | undefined;

  constructor({ status, headers }: Pick<Response, 'status' | 'headers'>, body: unknown) {
    const problem = isProblem(body) ? body : undefined;
    super(problem?.detail ?? `The API was not reached: something answered with status ${status}.`);
    this.status = status;
    this.code = problem?.code;
    this.advice = problem?.advice;
    const seconds = headers.get('retry-after');
    this.retryAfterSeconds = seconds !== null && /^\d+$/.test(seconds) ? Number(seconds) : undefined;
    this.problem = problem;
  }
}

function isProblem(body: unknown): body is Problem {
  return typeof body === 'object' && body !== null && 'code' in body && 'detail' in body;
}
