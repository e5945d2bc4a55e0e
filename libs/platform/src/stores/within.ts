/** Waits for `work`, but not longer than `ms`. What it brings later, an error too, is nobody's any more. */
export async function within<T>(work: Promise<T>, ms: number, late: (ms: number) => Error): Promise<T> {
  const { promise: tooLong, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(late(ms)), ms);
  try {
    return await Promise.race([work, tooLong]);
  } finally {
    clearTimeout(timer);
  }
}
