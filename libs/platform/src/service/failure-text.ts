import { describeError, isKlosetError } from '@etcd-kloset/errors';
import { withoutSecrets } from '../logs/secrets.ts';

/** What a person is told of what ended a process: a sentence; with its stack only what nobody foresaw, to be reported. */
export function failureText(error: unknown): string {
  if (isKlosetError(error) || !(error instanceof Error) || 'syscall' in error)
    return withoutSecrets(describeError(error));
  return withoutSecrets(error.stack ?? error.message);
}
