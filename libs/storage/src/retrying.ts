import { setTimeout as sleepFor } from 'node:timers/promises';
import { StorageError, isStorageError } from './storage-error.ts';
import { type RequestOptions } from './storage.ts';

export interface RetryPolicy {
  /** The longest first pause, in milliseconds; it doubles from failure to failure. Default: 200. */
  readonly firstPauseMs?: number;
  /** No pause is longer, in milliseconds. Default: 30,000. */
  readonly longestPauseMs?: number;
  /** No new try is begun later than this after the first one began, in milliseconds. Default: 300,000. */
  readonly giveUpAfterMs?: number;
  /** Ends every wait. Requests that carry a signal of their own heed both. */
  readonly signal?: AbortSignal;
  /** Called before each pause, for logs and for writers that slow down. */
  readonly onRetry?: (failure: RetriedFailure) => void;
  /** Between 0 and 1; for tests. Default: Math.random. */
  readonly random?: () => number;
  /** Monotonic, in milliseconds; for tests. Default: performance.now. */
  readonly clock?: () => number;
  /** For tests. Default: a timer. */
  readonly sleep?: (ms: number, signal: AbortSignal | undefined) => Promise<void>;
}

export interface RetriedFailure {
  readonly operation: Operation;
  readonly error: StorageError;
  /** How often it has been tried by now. */
  readonly tries: number;
  readonly pauseMs: number;
}

export type Operation = 'put' | 'get' | 'stat' | 'list' | 'folders' | 'delete' | 'now';

/**
 * Makes requests until one succeeds, fails for good, or there is no more time. The request gets the signal it must
 * heed and how often it has been made, this time included.
 */
export type Retrying = <T>(
  operation: Operation,
  options: RequestOptions,
  request: (options: RequestOptions, tries: number) => Promise<T>,
) => Promise<T>;

export function createRetrying({
  firstPauseMs = 200,
  longestPauseMs = 30_000,
  giveUpAfterMs = 300_000,
  signal: policySignal,
  onRetry,
  random = Math.random,
  clock = () => performance.now(),
  sleep = async (ms, signal) => sleepFor(ms, undefined, { signal }),
}: RetryPolicy): Retrying {
  return async (operation, options, request) => {
    const signal = anyOf(policySignal, options.signal);
    const began = clock();
    for (let tries = 1; ; tries += 1) {
      signal?.throwIfAborted();
      try {
        return await request({ signal }, tries);
      } catch (error) {
        if (!isStorageError(error) || !error.retryable) throw error;
        const pauseMs = random() * Math.min(longestPauseMs, firstPauseMs * 2 ** (tries - 1));
        if (clock() - began + pauseMs > giveUpAfterMs) throw givenUp(error, tries);
        onRetry?.({ operation, error, tries, pauseMs });
        await pause(sleep, pauseMs, signal);
      }
    }
  };
}

/** A timer that is aborted rejects with an error of its own; the caller is owed the signal's reason. */
async function pause(
  sleep: NonNullable<RetryPolicy['sleep']>,
  ms: number,
  signal: AbortSignal | undefined,
): Promise<void> {
  try {
    await sleep(ms, signal);
  } catch (error) {
    signal?.throwIfAborted();
    throw error;
  }
}

function givenUp(error: StorageError, tries: number): StorageError {
  if (tries === 1) return error;
  return new StorageError(error.code, `${error.message} (Tried ${tries} times.)`, {
    advice: error.advice,
    retryable: true,
    context: { ...error.context, tries },
    cause: error,
  });
}

function anyOf(one: AbortSignal | undefined, other: AbortSignal | undefined): AbortSignal | undefined {
  if (one === undefined || one === other) return other;
  return other === undefined ? one : AbortSignal.any([one, other]);
}
