import { KlosetError, type KlosetErrorOptions } from '@etcd-kloset/errors';

export type ApiErrorCode =
  /** Bytes that are no request: bad percent-encoding, malformed JSON, too deeply nested. */
  | 'http.malformed'
  /** A parameter in path, query or header that is not what the document says. */
  | 'http.bad-parameter'
  /** A body that is JSON, and not what the document says. */
  | 'http.bad-body'
  | 'http.too-large'
  | 'http.headers-too-large'
  | 'http.wrong-type'
  | 'http.too-slow'
  | 'http.too-many'
  | 'http.no-such-route'
  | 'http.wrong-method'
  /** `If-Match` or `If-None-Match` does not hold. */
  | 'http.precondition-failed'
  /** The key is limited to some clusters, and this concerns all of them. */
  | 'auth.limited'
  /** A browser was made to ask for it by another site. */
  | 'auth.other-site'
  | 'job.not-found'
  /** Redis restarted, and has forgotten what it had just been given. */
  | 'job.lost'
  | 'job.finished'
  | 'job.not-failed'
  /** The cluster has no schedule that could be paused. */
  | 'schedule.none'
  /** A dead letter for a webhook that is not configured any more. */
  | 'webhook.unknown'
  /** The same Idempotency-Key came with another request. */
  | 'idempotency.other-request'
  /** The first request with this Idempotency-Key is still being answered. */
  | 'idempotency.under-way'
  | 'download.too-many'
  | 'events.too-many'
  | 'service.stopping'
  | 'service.failed';

/** One place in a request that is wrong. */
export interface RequestMistake {
  /** Such as `body.endpoints[0]` or `query.limit`. */
  readonly at: string;
  readonly message: string;
}

export interface ApiErrorOptions extends KlosetErrorOptions {
  readonly mistakes?: readonly RequestMistake[];
  /** When another try makes sense. */
  readonly retryAfterSeconds?: number;
  /** Methods that are served at this address, for {@link ApiErrorCode | http.wrong-method}. */
  readonly allow?: readonly string[];
}

/** A request that the API does not, or cannot, do. */
export class ApiError extends KlosetError<ApiErrorCode> {
  readonly mistakes: readonly RequestMistake[];
  readonly retryAfterSeconds: number | undefined;
  readonly allow: readonly string[];

  constructor(code: ApiErrorCode, message: string, options: ApiErrorOptions = {}) {
    super(code, message, options);
    this.mistakes = options.mistakes ?? [];
    this.retryAfterSeconds = options.retryAfterSeconds;
    this.allow = options.allow ?? [];
  }
}
