import { KlosetError } from '@etcd-kloset/errors';

export type EmbeddedErrorCode =
  /** Options that do not go together, or are missing. */
  | 'start.usage'
  /** The state folder cannot be made or written to. */
  | 'start.folder'
  /** Another process uses the state folder. */
  | 'start.in-use'
  /** No `redis-server` is installed. */
  | 'start.no-redis'
  /** `redis-server` does not start. */
  | 'start.redis-failed';

/** What keeps the program from starting. */
export class EmbeddedError extends KlosetError<EmbeddedErrorCode> {}
