import { GRPC, type GrpcStatus } from './grpc/status.ts';
import { type AuthFailure, EtcdError, type EtcdErrorCode } from './etcd-error.ts';

interface Meaning {
  readonly code: EtcdErrorCode;
  readonly says: string;
  readonly advice: string;
  readonly retryable?: boolean;
  readonly reason?: AuthFailure;
}

/**
 * etcd tells its errors apart by their text, not by gRPC's status code: the texts are those of
 * api/v3rpc/rpctypes/error.go, without the prefix "etcdserver: ".
 */
const BY_TEXT: readonly (readonly [text: string, meaning: Meaning])[] = [
  [
    'permission denied',
    {
      code: 'etcd.permission-denied',
      says: 'denies permission',
      advice: 'A backup needs a user with the root role: etcd gives snapshots and hashes to nobody else.',
    },
  ],
  [
    'authentication failed',
    {
      code: 'etcd.auth',
      reason: 'wrong-password',
      says: 'does not know this user and password',
      advice: 'Check the user and the password (--user, --password).',
    },
  ],
  [
    'authentication is not enabled',
    {
      code: 'etcd.auth',
      reason: 'not-enabled',
      says: 'has authentication switched off',
      advice: 'Leave the user and the password out.',
    },
  ],
  [
    'user name is empty',
    {
      code: 'etcd.auth',
      reason: 'user-missing',
      says: 'has authentication switched on, and no user was given',
      advice:
        "Give a user with the root role (--user, --password), or a client certificate in such a user's name.",
    },
  ],
  [
    'invalid auth token',
    {
      code: 'etcd.auth',
      reason: 'token-invalid',
      says: 'does not accept the session token',
      advice: 'Try again: tokens expire, and a new one is asked for at once.',
      retryable: true,
    },
  ],
  [
    'revision of auth store is old',
    {
      code: 'etcd.auth',
      reason: 'token-invalid',
      says: 'does not accept the session token, because users or roles have changed meanwhile',
      advice: 'Try again.',
      retryable: true,
    },
  ],
  [
    'required revision has been compacted',
    {
      code: 'etcd.compacted',
      says: 'has compacted that revision',
      advice: 'Take a newer revision.',
    },
  ],
  [
    'required revision is a future revision',
    {
      code: 'etcd.future-revision',
      says: 'has not reached that revision yet',
      advice: 'Ask again in a moment, or ask another member.',
      retryable: true,
    },
  ],
  [
    'no leader',
    {
      code: 'etcd.no-leader',
      says: 'has no leader: a majority of the members cannot be reached from it',
      advice: 'Bring a majority of the members back, or name the endpoints of those that have a leader.',
      retryable: true,
    },
  ],
  [
    'not supported for learner',
    {
      code: 'etcd.learner',
      says: 'is a learner and does not answer this',
      advice: 'Name the endpoint of a voting member, too.',
    },
  ],
  [
    'request timed out',
    {
      code: 'etcd.timeout',
      says: 'found no agreement among the members in time',
      advice: 'Try again: the leader may just have changed, or the members are overloaded.',
      retryable: true,
    },
  ],
];

export interface FailedCall {
  readonly endpoint: string;
  readonly timeoutMs: number;
}

/** Translates the status with which a call to a connected member ended. */
export function describeCallFailure(status: GrpcStatus, { endpoint, timeoutMs }: FailedCall): EtcdError {
  const meaning = BY_TEXT.find(([text]) => status.details.includes(text))?.[1] ?? byStatus(status, timeoutMs);
  return new EtcdError(meaning.code, `${endpoint} ${meaning.says}.`, {
    advice: meaning.advice,
    retryable: meaning.retryable ?? false,
    context: { endpoint, reason: meaning.reason },
    cause: new Error(`gRPC status ${status.code}: ${status.details}`),
  });
}

function byStatus({ code, details }: GrpcStatus, timeoutMs: number): Meaning {
  switch (code) {
    case GRPC.DEADLINE_EXCEEDED:
      return {
        code: 'etcd.timeout',
        says: `did not answer within ${timeoutMs / 1000} s`,
        advice: 'Check whether this member hangs or is overloaded, or allow more time.',
        retryable: true,
      };
    case GRPC.UNAVAILABLE:
      return {
        code: 'etcd.unreachable',
        says: `ended the connection (${details})`,
        advice: 'Check whether this member has stopped.',
        retryable: true,
      };
    case GRPC.UNIMPLEMENTED:
      return {
        code: 'etcd.unsupported',
        says: `does not have this method (${details})`,
        advice: 'etcd 3.4 or later is needed; check that the endpoint is a member and not another service.',
      };
    case GRPC.PERMISSION_DENIED:
    case GRPC.UNAUTHENTICATED:
      return {
        code: 'etcd.permission-denied',
        says: `denies access (${details})`,
        advice: 'Check whether something between here and the member asks for credentials of its own.',
      };
    default:
      return {
        code: 'etcd.failed',
        says: `failed: ${details}`,
        advice: "Look into this member's log.",
        retryable: code !== GRPC.INVALID_ARGUMENT && code !== GRPC.DATA_LOSS,
      };
  }
}
