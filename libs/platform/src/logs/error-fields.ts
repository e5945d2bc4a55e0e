import { describeError, isKlosetError } from '@etcd-kloset/errors';

/**
 * An error as a log holds it. One that was thrown on purpose is known by its code; where it was thrown matters only
 * for one that nobody expected.
 */
export function errorFields(error: unknown): Record<string, unknown> {
  const message = describeError(error);
  if (isKlosetError(error)) {
    return { code: error.code, message, retryable: error.retryable, context: error.context };
  }
  if (error instanceof Error) return { name: error.name, message, stack: error.stack };
  return { message };
}
