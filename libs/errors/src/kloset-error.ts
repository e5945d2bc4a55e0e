/** Facts that help whoever reads the error. Never a key, a password or a value from a cluster. */
export type ErrorContext = Readonly<Record<string, string | number | boolean | undefined>>;

export interface KlosetErrorOptions {
  /** What the user can do about it: one sentence in the imperative, shown below the message. */
  readonly advice?: string;
  /** True when the same call may succeed later without anybody changing anything. Default: false. */
  readonly retryable?: boolean;
  readonly context?: ErrorContext;
  readonly cause?: unknown;
}

/**
 * The root of every error this project throws on purpose.
 *
 * `code` is stable: scripts, job states and alerts are written against it. It reads `area.what`,
 * such as `store.not-found` or `etcd.unreachable`. `message` says what happened, for a person.
 * Each library derives one class of its own and lists its codes in a union.
 */
export class KlosetError<Code extends string = string> extends Error {
  readonly code: Code;
  readonly advice: string | undefined;
  readonly retryable: boolean;
  readonly context: ErrorContext;

  constructor(code: Code, message: string, options: KlosetErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = new.target.name;
    this.code = code;
    this.advice = options.advice;
    this.retryable = options.retryable ?? false;
    this.context = options.context ?? {};
  }
}

export function isKlosetError(error: unknown): error is KlosetError {
  return error instanceof KlosetError;
}
