import { KlosetError, type KlosetErrorOptions } from '@etcd-kloset/errors';

export type EtcdErrorCode =
  /** An endpoint that cannot be understood. */
  | 'etcd.bad-endpoint'
  /** A certificate or key file that cannot be read or used. */
  | 'etcd.file'
  /** Nobody answers there, or not as etcd does. */
  | 'etcd.unreachable'
  /** Somebody is there, but did not answer in time. */
  | 'etcd.timeout'
  /** The two ends cannot agree on a secure connection; `context.reason` is a {@link TlsFailure}. */
  | 'etcd.tls'
  /** The cluster does not accept who we say we are; `context.reason` is an {@link AuthFailure}. */
  | 'etcd.auth'
  | 'etcd.permission-denied'
  /** The cluster, or the part of it that can be reached, has no quorum. */
  | 'etcd.no-leader'
  /** A learner was asked for what only voters do. */
  | 'etcd.learner'
  /** The revision asked for is already compacted. */
  | 'etcd.compacted'
  /** The member has not reached the revision asked for yet. */
  | 'etcd.future-revision'
  /** Endpoints that were given for one cluster belong to several. */
  | 'etcd.different-clusters'
  /** The snapshot stream stopped moving. */
  | 'etcd.stalled'
  /** The snapshot stream ended early. */
  | 'etcd.snapshot-failed'
  | 'etcd.cancelled'
  /** A method that this member does not have. */
  | 'etcd.unsupported'
  /** An answer that is not what etcd's protocol says. */
  | 'etcd.bad-response'
  /** Any other failure that the member reports, in its own words. */
  | 'etcd.failed';

export type TlsFailure =
  | 'unknown-ca'
  | 'wrong-name'
  | 'not-valid-now'
  | 'client-certificate-required'
  | 'client-certificate-rejected'
  | 'plain-port'
  | 'tls-port'
  | 'handshake';

export type AuthFailure = 'wrong-password' | 'user-missing' | 'token-invalid' | 'not-enabled';

export interface EtcdErrorOptions extends KlosetErrorOptions {
  readonly failures?: readonly EtcdError[];
}

export class EtcdError extends KlosetError<EtcdErrorCode> {
  /** What happened at each endpoint, when several were tried and all of them failed. */
  readonly failures: readonly EtcdError[];

  constructor(code: EtcdErrorCode, message: string, options: EtcdErrorOptions = {}) {
    super(code, message, options);
    this.failures = options.failures ?? [];
  }
}

/** One error out of those of all endpoints. A single one speaks for itself. */
export function allFailed(action: string, failures: readonly EtcdError[]): EtcdError {
  const [first] = failures;
  if (first !== undefined && failures.length === 1) return first;
  const cancellation = failures.find(({ code }) => code === 'etcd.cancelled');
  if (cancellation !== undefined) return cancellation;
  const same = first !== undefined && failures.every((failure) => failure.code === first.code);
  const lines = failures.map((failure) => `\n  ${failure.message}`).join('');
  return new EtcdError(
    same ? first.code : 'etcd.unreachable',
    `None of the ${failures.length} endpoints could be used to ${action}:${lines}`,
    {
      advice: sharedAdvice(failures) ?? 'Check the endpoints, and whether a majority of the members runs.',
      retryable: failures.some((failure) => failure.retryable),
      context: { reason: same ? first.context['reason'] : undefined },
      cause: first,
      failures,
    },
  );
}

function sharedAdvice(failures: readonly EtcdError[]): string | undefined {
  const advice = new Set(failures.map((failure) => failure.advice));
  return advice.size === 1 ? failures[0]?.advice : undefined;
}
