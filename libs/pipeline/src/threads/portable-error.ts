import { isKlosetError, KlosetError } from '@etcd-kloset/errors';
import { KlosetStoreError, type StoreErrorCode } from '@etcd-kloset/kloset';

/** An error on its way out of a thread: classes do not travel, so it is taken apart and made again. */
export interface PortableError {
  readonly kind: 'store' | 'ours' | 'other';
  readonly message: string;
  readonly stack: string | undefined;
  /** Also the operating system's, such as `ENOSPC`. */
  readonly code: string | undefined;
  readonly advice: string | undefined;
  readonly retryable: boolean;
  readonly context: Readonly<Record<string, string | number | boolean | undefined>>;
}

export function toPortable(error: unknown): PortableError {
  const plain = error instanceof Error ? error : new Error(JSON.stringify(error));
  const ours = isKlosetError(plain) ? plain : undefined;
  const { code } = plain as { code?: unknown };
  return {
    kind: plain instanceof KlosetStoreError ? 'store' : ours === undefined ? 'other' : 'ours',
    message: plain.message,
    stack: plain.stack,
    code: typeof code === 'string' ? code : undefined,
    advice: ours?.advice,
    retryable: ours?.retryable ?? false,
    context: ours?.context ?? {},
  };
}

/** Most of what threads fail with on purpose is the store's; what else is ours keeps its code, not its class. */
export function fromPortable({ kind, message, stack, code, ...options }: PortableError): Error {
  const error =
    kind === 'store'
      ? new KlosetStoreError(code as StoreErrorCode, message, options)
      : kind === 'ours'
        ? new KlosetError(code!, message, options)
        : Object.assign(new Error(message), code === undefined ? {} : { code });
  if (stack !== undefined) error.stack = stack;
  return error;
}
