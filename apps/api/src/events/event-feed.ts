import {
  compareStreamIds,
  type EventGap,
  lastEventId,
  readEvents,
  type RedisHandle,
  type StreamedEvent,
} from '@etcd-kloset/jobs';
import { type EventHub } from './event-hub.ts';

export type FeedItem =
  | { readonly is: 'event'; readonly streamed: StreamedEvent }
  /** Events after `after` may be missing: the stream has dropped them. */
  | { readonly is: 'gap'; readonly gap: EventGap };

export interface FeedOptions {
  /** The last entry that was seen; what came since comes first. */
  readonly after: string | undefined;
  readonly signal: AbortSignal;
  /** Which events are for this reader; others take no room. */
  readonly isWanted: (event: StreamedEvent['event']) => boolean;
  /** The reader is too far behind: the feed ends. What it missed is in the stream, and it may come back for it. */
  readonly onTooSlow: () => void;
}

/** A reader that is so many events behind reads too slowly. */
export const MOST_BEHIND = 1000;

/**
 * The events for one reader: first those since `after`, read from the stream, then those to come, from the hub. Each
 * comes once, in order. Ends with the signal.
 */
export async function* eventFeed(
  redis: RedisHandle,
  hub: EventHub,
  { after, signal, isWanted, onTooSlow }: FeedOptions,
): AsyncGenerator<FeedItem, void, undefined> {
  const live = new LiveEvents(isWanted, onTooSlow);
  // Before the past is read: what happens meanwhile waits here.
  const stopListening = hub.listen((streamed) => live.add(streamed));
  const stop = (): void => live.end();
  signal.addEventListener('abort', stop, { once: true });
  let last = after;
  try {
    if (after !== undefined) {
      for await (const item of pastEvents(redis, after, signal)) {
        if (item.is === 'event') {
          last = item.streamed.id;
          if (!isWanted(item.streamed.event)) continue;
        }
        yield item;
      }
    }
    for await (const streamed of live.events()) {
      if (last !== undefined && compareStreamIds(streamed.id, last) <= 0) continue;
      yield { is: 'event', streamed };
    }
  } finally {
    signal.removeEventListener('abort', stop);
    stopListening();
  }
}

/** From after an entry to the end of the stream as it is now. */
async function* pastEvents(
  redis: RedisHandle,
  after: string,
  signal: AbortSignal,
): AsyncGenerator<FeedItem, void, undefined> {
  const end = await lastEventId(redis);
  const done = new AbortController();
  const gaps: EventGap[] = [];
  if (compareStreamIds(end, after) === 0) return;
  const events = readEvents(redis, {
    from: after,
    signal: AbortSignal.any([signal, done.signal]),
    onGap: (gap) => gaps.push(gap),
  });
  for await (const streamed of events) {
    for (const gap of gaps.splice(0)) yield { is: 'gap', gap };
    yield { is: 'event', streamed };
    if (compareStreamIds(streamed.id, end) >= 0) return;
  }
}

class LiveEvents {
  readonly #isWanted: FeedOptions['isWanted'];
  readonly #onTooSlow: () => void;
  readonly #waiting: StreamedEvent[] = [];
  #wake: () => void = () => undefined;
  #ended = false;

  constructor(isWanted: FeedOptions['isWanted'], onTooSlow: () => void) {
    this.#isWanted = isWanted;
    this.#onTooSlow = onTooSlow;
  }

  add(streamed: StreamedEvent): void {
    if (this.#ended || !this.#isWanted(streamed.event)) return;
    if (this.#waiting.length < MOST_BEHIND) {
      this.#waiting.push(streamed);
      this.#wake();
      return;
    }
    this.end();
    this.#onTooSlow();
  }

  end(): void {
    this.#ended = true;
    this.#waiting.length = 0;
    this.#wake();
  }

  async *events(): AsyncGenerator<StreamedEvent, void, undefined> {
    while (!this.#ended) {
      for (const streamed of this.#waiting.splice(0)) yield streamed;
      if (this.#isIdle()) await new Promise<void>((resolve) => (this.#wake = resolve));
    }
  }

  #isIdle(): boolean {
    return !this.#ended && this.#waiting.length === 0;
  }
}
