import { type RedisHandle } from '../redis/connect-redis.ts';
import { type StreamedEvent } from './emit-event.ts';
import { readBatches } from './read-batches.ts';
import { type EventFilter, isWanted, readEntry, type UnreadableEntry } from './stream-entry.ts';
import { type EventGap } from './stream-position.ts';

export interface ReadEventsOptions extends EventFilter {
  /** The id of the last entry that was seen: what comes after it. `0`: all there is. `$`: what comes from now on. Default: `$`. */
  readonly from?: string;
  readonly signal: AbortSignal;
  /**
   * Called before the event that comes after a gap: the entry to go on from, or one that was due, is not in the stream
   * any more, so some may have been missed.
   */
  readonly onGap?: (gap: EventGap) => void;
  /** Called for each entry that is no event we know; it is skipped. */
  readonly onUnreadable?: (entry: UnreadableEntry) => void;
}

/**
 * Events in the order in which they were emitted, those to come too, until `signal` ends it. It has a connection of its
 * own and waits for a Redis that is away; nothing is remembered of who has read what (see `consumeEvents`).
 */
export async function* readEvents(
  redis: RedisHandle,
  options: ReadEventsOptions,
): AsyncGenerator<StreamedEvent, void, undefined> {
  const { from = '$', signal, onGap, onUnreadable } = options;
  for await (const entries of readBatches(redis, { from, signal, onGap })) {
    for (const entry of entries) {
      if (!isWanted(entry, options)) continue;
      const read = readEntry(entry);
      if ('unreadable' in read) onUnreadable?.(read.unreadable);
      else yield { id: entry.id, event: read.event };
      if (signal.aborted) return;
    }
  }
}
