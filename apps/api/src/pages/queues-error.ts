import { type Logger } from '@etcd-kloset/platform';
import { isKlosetError } from '@etcd-kloset/errors';

/** As Bull Board's page reads it. */
interface BoardError {
  readonly status: 400 | 500;
  readonly body: { readonly error: { readonly key: string }; readonly message: string };
}

/**
 * What Bull Board answers when something fails. Left to itself it calls a job that nobody could do a failure of its
 * own, and shows the words of every error, in development with a stack trace.
 */
export function boardErrors(log: Pick<Logger, 'error'>): (error: Error) => BoardError {
  return (error) => {
    const isMistake = isBadJob(error) || isBadBody(error);
    if (!isMistake) log.error('The board of queues failed.', { error });
    return {
      status: isMistake ? 400 : 500,
      body: {
        error: { key: 'ERRORS.INTERNAL_SERVER_ERROR' },
        message: isMistake ? error.message : 'The service failed: its log says why.',
      },
    };
  };
}

/** One that was added by hand. */
function isBadJob(error: Error): boolean {
  return isKlosetError(error) && ['job.invalid', 'job.too-large'].includes(error.code);
}

/** The parser of bodies gives its errors a status. */
function isBadBody(error: Error): boolean {
  const { status } = error as { readonly status?: unknown };
  return typeof status === 'number' && status >= 400 && status < 500;
}
