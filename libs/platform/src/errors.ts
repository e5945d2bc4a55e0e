import { KlosetError, type KlosetErrorOptions } from '@etcd-kloset/errors';

export type PlatformErrorCode =
  /** No configuration file where one was named. */
  | 'config.not-found'
  | 'config.unreadable'
  /** The configuration says what cannot be; `problems` has each mistake with its place. */
  | 'config.invalid'
  /** The address for health and metrics cannot be listened on. */
  | 'ops.cannot-listen'
  /** The same for the API's. */
  | 'api.cannot-listen'
  /** A store that the configuration does not name. */
  | 'store.unknown'
  /** Another store lies where this one was. */
  | 'store.changed'
  /** The store did not answer in the time that a look at its health may take. */
  | 'store.hangs'
  /** No key of the store is configured that could do this. */
  | 'store.no-key'
  /** A cluster that neither the configuration nor any store knows. */
  | 'cluster.unknown'
  /** It is there already. */
  | 'cluster.exists'
  /** It was changed since it was read. */
  | 'cluster.conflict'
  /** It stands in the configuration file, which alone can change it. */
  | 'cluster.in-configuration'
  /** A definition that the rules of definitions do not allow; `problems` has each mistake. */
  | 'cluster.invalid'
  /** A cluster does not move from one store to another. */
  | 'cluster.other-store'
  /** A file with a secret that is not there, or not where it may be. */
  | 'secret.unreadable'
  | 'secret.outside-folder'
  /** No API key, or one that nobody has. */
  | 'auth.unauthenticated'
  /** The key's role does not reach that far. */
  | 'auth.role-needed'
  /** The key does not see this cluster; whoever asks is told that there is none. */
  | 'auth.not-visible';

/** One mistake in what was written. Never says a value: it may be a secret. */
export interface Problem {
  /** Such as `stores.main.url`; empty for the whole. */
  readonly path: string;
  /** From 1, where it stands in a file. */
  readonly line?: number;
  readonly column?: number;
  /** A sentence. */
  readonly message: string;
}

export interface PlatformErrorOptions extends KlosetErrorOptions {
  readonly problems?: readonly Problem[];
}

export class PlatformError extends KlosetError<PlatformErrorCode> {
  readonly problems: readonly Problem[];

  constructor(code: PlatformErrorCode, message: string, options: PlatformErrorOptions = {}) {
    super(code, message, options);
    this.problems = options.problems ?? [];
  }
}
