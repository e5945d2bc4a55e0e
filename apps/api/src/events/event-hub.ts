import { readEvents, type RedisHandle, type StreamedEvent } from '@etcd-kloset/jobs';
import { type Logger } from '@etcd-kloset/platform';
import { keepRunning } from '../background/keep-running.ts';

export type Listener = (streamed: StreamedEvent) => void;

/** One reader of the stream for all who listen in this process: a connection for each of them would be too many. */
export interface EventHub {
  /** Gets each event from now on. @returns what ends it */
  listen(listener: Listener): () => void;
  stop(): Promise<void>;
}

export function startEventHub(redis: RedisHandle, log: Logger): EventHub {
  const listeners = new Set<Listener>();
  // It waits for a Redis that is away by itself.
  const reading = keepRunning({ name: 'events', log, everyMs: 1000 }, async (signal) => {
    const events = readEvents(redis, {
      signal,
      onGap: (gap) => log.warn('The stream of events has a gap.', { ...gap }),
      onUnreadable: ({ id, type, error }) => log.warn('An event cannot be read.', { id, type, error }),
    });
    for await (const streamed of events) {
      for (const listener of listeners) listener(streamed);
    }
  });
  return {
    listen(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    stop: () => reading.stop(),
  };
}
