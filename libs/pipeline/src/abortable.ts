/**
 * What `work` gives, unless the signal comes first: then the signal's reason, at once. The work goes on by itself,
 * and whoever began it ends it; a failure that comes later is of no interest.
 */
export async function abortable<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return work;
  work.catch(() => undefined);
  signal.throwIfAborted();
  const aborted = Promise.withResolvers<never>();
  const onAbort = (): void => {
    aborted.reject(signal.reason);
  };
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    return await Promise.race([work, aborted.promise]);
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}

/** Work of a stage that ends early fails in many ways: what counts is that it was told to. */
export function abortedOr(error: unknown, signal: AbortSignal | undefined): unknown {
  return signal?.aborted === true ? signal.reason : error;
}

/** Longer than this nothing keeps the process from timers and signals: a queue's lock is renewed by one. */
const LONGEST_TURN_MS = 20;

/**
 * For long loops that seldom wait: called at every step, it lets everything else have its turn now and then, and
 * throws when the signal has come.
 */
export function breather(signal: AbortSignal | undefined): () => Promise<void> | undefined {
  let turn = performance.now();
  return () => {
    if (performance.now() - turn < LONGEST_TURN_MS) return undefined;
    return new Promise<void>((resolve) => setImmediate(resolve)).then(() => {
      signal?.throwIfAborted();
      turn = performance.now();
    });
  };
}
