import { isKlosetError } from '@etcd-kloset/errors';
import { KlosetStoreError, type StoreErrorCode } from '@etcd-kloset/kloset';

/** An error on its way out of a thread: classes do not travel, so it is taken apart and made again. */
export interface PortableError {
  readonly message: string;
  readonly stack: string | undefined;
  readonly code: string | undefined;
  readonly advice: string | undefined;
  readonly retryable: boolean;
  readonly context: Readonly<Record<string, string | number | boolean | undefined>>;
}

export function toPortable(error: unknown): PortableError {
  const plain = error instanceof Error ? error : new Error(JSON.stringify(error));
  const ours = isKlosetError(plain) ? plain : undefined;
  return {
    message: plain.message,
    stack: plain.stack,
    code: ours?.code,
    advice: ours?.advice,
    retryable: ours?.retryable ?? false,
    context: ours?.context ?? {},
  };
}

/** Threads work on the store's objects: what they fail with on purpose is a `KlosetStoreError`. */
export function fromPortable({ message, stack, code, ...options }: PortableError): Error {
  const error =
    code === undefined ? new Error(message) : new KlosetStoreError(code as StoreErrorCode, message, options);
  if (stack !== undefined) error.stack = stack;
  return error;
}
