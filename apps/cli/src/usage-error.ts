import { KlosetError } from '@etcd-kloset/errors';

/** The command was not called as it has to be: exit code 2. */
export class UsageError extends KlosetError<'usage'> {
  constructor(message: string, advice?: string) {
    super('usage', message, { advice });
  }
}
