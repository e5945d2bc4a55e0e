import { KlosetError } from '@etcd-kloset/errors';

export type CliErrorCode =
  /** What is to be removed is the last key file that opens the store. */
  | 'keys.last'
  /** No key file but the one to be removed is known to be of this store. */
  | 'keys.no-other-owner'
  | 'keys.not-found'
  | 'keys.ambiguous'
  /** Standard output takes nothing, for another reason than that nobody reads it. */
  | 'output.failed';

/** What the command line itself refuses to do. */
export class CliError extends KlosetError<CliErrorCode> {}
