/** How a process ends: it is asked to, it has some time to finish what is under way, then it must let go. */
export interface Stop {
  /** Aborted when the process is to end: take nothing new. */
  readonly asked: AbortSignal;
  /** Aborted when the time to drain is over: give up what is under way, it is done again elsewhere. */
  readonly now: AbortSignal;
  /** Ends the process in good order, as SIGTERM does. */
  ask(): void;
}

/** @param drainMs between `asked` and `now` */
export function createStop(drainMs: number): Stop {
  const asked = new AbortController();
  const now = new AbortController();
  return {
    asked: asked.signal,
    now: now.signal,
    ask() {
      if (asked.signal.aborted) return;
      asked.abort();
      setTimeout(() => now.abort(), drainMs).unref();
    },
  };
}

/** Resolves when the signal is aborted, at once when it is already. */
export async function whenAborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
}
