import { JobsError } from '../errors.ts';

/** What ioredis and sockets say when Redis is not there, or not in time. */
const GONE =
  /^(Command timed out|Connection is closed|Stream isn't writeable|Reached the max retries|Socket timeout|Command aborted|connect |read |write |getaddrinfo |LOADING |MASTERDOWN |UNBLOCKED |None of startup nodes|All sentinels)|ECONN|EPIPE|ETIMEDOUT|EHOSTUNREACH/;
const DENIED = /^(WRONGPASS|NOAUTH|NOPERM|ERR invalid password|ERR AUTH)/;
const FULL = /^(OOM |MISCONF )|OOM command not allowed|MISCONF /;

/**
 * What an error of ioredis or BullMQ means: a {@link JobsError} for those that are about Redis itself, `undefined` for
 * all others. The error is rebuilt from its message: ioredis hangs the command with its arguments onto it, and those of
 * a login are the password.
 */
export function redisErrorOf(error: unknown): JobsError | undefined {
  if (error instanceof JobsError) return error.code.startsWith('redis.') ? error : undefined;
  if (!hasMessage(error)) return undefined;
  // Where a name has several addresses there is one error for each that was tried.
  const first: unknown = 'errors' in error && Array.isArray(error.errors) ? error.errors[0] : error;
  const { message } = hasMessage(first) ? first : error;
  const cause = new Error(message);
  if (DENIED.test(message)) {
    return new JobsError('redis.denied', 'Redis does not let us in, or does not allow a command.', {
      advice: 'Check user and password in the address of Redis, and what that user may do.',
      retryable: true,
      cause,
    });
  }
  if (FULL.test(message)) {
    return new JobsError('redis.full', 'Redis takes no more writes.', {
      advice: 'Give Redis more memory (maxmemory), or mend the disk that it writes to.',
      retryable: true,
      cause,
    });
  }
  if (GONE.test(message)) {
    return new JobsError('redis.unreachable', 'Redis does not answer.', {
      advice: 'Check that Redis runs and that its address is right.',
      retryable: true,
      cause,
    });
  }
  return undefined;
}

/** Errors of Node's sockets are no instances of `Error` where a test has globals of its own. */
function hasMessage(error: unknown): error is { message: string } {
  return (
    typeof error === 'object' && error !== null && 'message' in error && typeof error.message === 'string'
  );
}

/** Waits for `work`; an error that is about Redis itself comes as a {@link JobsError}. */
export async function orRedisError<Result>(work: Promise<Result>): Promise<Result> {
  try {
    return await work;
  } catch (error) {
    throw redisErrorOf(error) ?? error;
  }
}
