import { STATUS_CODES } from 'node:http';
import { isKlosetError, type KlosetError } from '@etcd-kloset/errors';
import { redisErrorOf } from '@etcd-kloset/jobs';
import { PlatformError } from '@etcd-kloset/platform';
import { ApiError, type RequestMistake } from '../api-error.ts';
import { type Problem, type ProblemStatus, statusOf, TITLES } from '../contract/problems.ts';

export interface ProblemAnswer {
  readonly problem: Problem;
  readonly headers: Readonly<Record<string, string>>;
}

/** Of a passing trouble. */
const RETRY_AFTER_SECONDS = 5;

/** What a caller is told of an error. Of one that nobody foresaw: only where the log says more. */
export function problemOf(thrown: unknown, requestId: string): ProblemAnswer {
  const error = knownError(thrown);
  const status = statusOf(error.code);
  return {
    problem: {
      type: `urn:etcd-kloset:problem:${error.code}`,
      title: TITLES[status],
      status,
      detail: error.message,
      code: error.code,
      ...(error.advice === undefined ? {} : { advice: error.advice }),
      instance: `urn:uuid:${requestId}`,
      ...errorsOf(error),
    },
    headers: headersOf(error, status),
  };
}

/** The error as one with a code. */
function knownError(thrown: unknown): KlosetError {
  const error = redisErrorOf(thrown) ?? thrown;
  if (isKlosetError(error)) return isHidden(error) ? hidden() : error;
  const status = clientStatus(error);
  if (status === undefined) {
    return new ApiError('service.failed', 'The service failed.', {
      advice: 'Its log says why, beside the id of this problem.',
    });
  }
  const said = STATUS_CODES[status] ?? 'Bad Request';
  return new ApiError(
    status === 413 ? 'http.too-large' : 'http.malformed',
    `The request is not served: ${said}.`,
  );
}

/** Express and its parsers throw errors with a status; those of the caller's doing are no failure of ours. */
function clientStatus(error: unknown): number | undefined {
  const status = (error as { readonly status?: unknown } | null | undefined)?.status;
  return typeof status === 'number' && status >= 400 && status < 500 ? status : undefined;
}

/** A cluster that the key does not see is one that does not exist. */
function isHidden({ code }: KlosetError): boolean {
  return code === 'auth.not-visible';
}

function hidden(): KlosetError {
  return new PlatformError('cluster.unknown', 'There is no such cluster.', {
    advice: 'See GET /v1/clusters for those that your key may see; names are case-sensitive.',
  });
}

function errorsOf(error: KlosetError): { readonly errors?: RequestMistake[] } {
  if (error instanceof ApiError && error.mistakes.length > 0) return { errors: [...error.mistakes] };
  if (error instanceof PlatformError && error.problems.length > 0) {
    return {
      errors: error.problems.map(({ path, message }) => ({
        at: path === '' ? 'body' : `body.${path}`,
        message,
      })),
    };
  }
  return {};
}

function headersOf(error: KlosetError, status: ProblemStatus): Record<string, string> {
  const own = error instanceof ApiError ? error : undefined;
  if (status === 401) return { 'WWW-Authenticate': 'Bearer realm="etcd-kloset"' };
  if (status === 405) return { Allow: own?.allow.join(', ') ?? '' };
  if (status === 429 || status === 503) {
    return { 'Retry-After': String(own?.retryAfterSeconds ?? RETRY_AFTER_SECONDS) };
  }
  return {};
}
