import { EtcdError } from './etcd-error.ts';

export function cancelled(signal: AbortSignal): EtcdError {
  return new EtcdError('etcd.cancelled', 'Talking to etcd was cancelled.', { cause: signal.reason });
}

/** The result of `work`, or `etcd.cancelled` as soon as the signal fires; `work` is then left to itself. */
export async function unlessAborted<Result>(
  work: Promise<Result>,
  signal: AbortSignal | undefined,
): Promise<Result> {
  if (signal === undefined) return work;
  const aborted = Promise.withResolvers<never>();
  const abort = () => aborted.reject(cancelled(signal));
  if (signal.aborted) abort();
  signal.addEventListener('abort', abort, { once: true });
  try {
    return await Promise.race([aborted.promise, work]);
  } finally {
    signal.removeEventListener('abort', abort);
  }
}
