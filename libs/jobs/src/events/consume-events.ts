import { JobsError } from '../errors.ts';
import { type RedisHandle } from '../redis/connect-redis.ts';
import { keys } from '../redis/key-names.ts';
import { ConsumerGroup, type Delivered } from './consumer-group.ts';
import { type StreamedEvent } from './emit-event.ts';
import { endConnection } from './end-connection.ts';
import { handleDelivered } from './handle-delivered.ts';
import { type EventFilter, type UnreadableEntry } from './stream-entry.ts';
import { STREAM_START } from './stream-id.ts';
import { type EventGap } from './stream-position.ts';
import { untilAborted } from './until-aborted.ts';

/** Which time an event is given to a handler. */
export interface Delivery {
  /** Of the stream's entry. */
  readonly id: string;
  /** 1 the first time; more when a handler failed, or vanished before it was done. */
  readonly deliveries: number;
}

/** An event that no handler gets done. */
export interface PoisonEvent extends StreamedEvent {
  readonly deliveries: number;
  /** What this process's handler threw last; unknown when others had it, or died of it. */
  readonly error: unknown;
}

export interface ConsumeEventsOptions extends EventFilter {
  /** Each group gets all events; the consumers of one group share them. */
  readonly group: string;
  /** This process, such as its host's name: no two at the same time have the same. */
  readonly consumer: string;
  /** Resolves when the event is done with; it is then acknowledged. When it throws, the event comes again. */
  readonly handler: (event: StreamedEvent['event'], delivery: Delivery) => Promise<void> | void;
  /** Gets what was given `maxDeliveries` times in vain, and is acknowledged when this resolves. */
  readonly onPoison: (poison: PoisonEvent) => Promise<void> | void;
  /** Ends it, once the handler that is running is done. */
  readonly signal: AbortSignal;
  /** Where a group that is new begins: with events to come, or with all that are there. Default: `$`. */
  readonly from?: '$' | '0';
  /** After how long without a sign of life what a consumer was given goes to another one. Default: 60,000. */
  readonly claimIdleMs?: number;
  /** Default: 5. */
  readonly maxDeliveries?: number;
  /** What a handler or `onPoison` threw; the event comes again. */
  readonly onError?: (error: unknown, event: StreamedEvent) => void;
  /** Called for each entry that is no event we know; it is acknowledged and skipped. */
  readonly onUnreadable?: (entry: UnreadableEntry) => void;
  /** The group was away for so long that the stream has dropped events it had not seen. */
  readonly onGap?: (gap: EventGap) => void;
}

const CLAIM_IDLE_MS = 60_000;
const MAX_DELIVERIES = 5;
const BLOCK_MS = 5000;

/**
 * Gives each event to the handler of one consumer of the group, one after the other, at least once: an event whose
 * handler failed or vanished comes again, to whichever consumer is there, after `claimIdleMs`. Resolves when `signal`
 * has ended it. A Redis that is away is waited for.
 */
export async function consumeEvents(redis: RedisHandle, options: ConsumeEventsOptions): Promise<void> {
  const { signal, claimIdleMs = CLAIM_IDLE_MS, maxDeliveries = MAX_DELIVERIES } = options;
  if (signal.aborted) return;
  const connections = { client: redis.duplicateForBlocking(), blocking: redis.duplicateForBlocking() };
  const stream = keys.events(redis.prefix);
  const group = new ConsumerGroup(stream, options.group, options.consumer, connections, signal);
  const handle = (delivered: Delivered): Promise<void> =>
    handleDelivered(group, delivered, { ...options, claimIdleMs, maxDeliveries });
  try {
    await consume();
  } finally {
    await endConnection(connections.blocking);
    await endConnection(connections.client);
  }

  async function consume(): Promise<void> {
    await untilAborted(signal, () => group.create(options.from ?? '$'));
    // Three sources, each looked at again and again: what was ours before, what others have left, what is new.
    let own: string | undefined = STREAM_START;
    let lookAt = 0;
    while (!signal.aborted) {
      await untilAborted(signal, async () => {
        try {
          if (own !== undefined) await takeOwn(own);
          own = undefined;
          if (Date.now() >= lookAt) {
            tell(await group.gap());
            await takeLeft();
            lookAt = Date.now() + claimIdleMs / 2;
          }
          const fresh = await group.readNew(Math.min(BLOCK_MS, claimIdleMs / 2));
          if (fresh !== undefined) await handle(fresh);
        } catch (error) {
          await recreateIfLost(error);
        }
      });
    }
  }

  async function takeOwn(from: string): Promise<void> {
    let after: string | undefined = from;
    while (after !== undefined && !signal.aborted) {
      const left = await group.readOwn(after);
      if (left !== undefined) await handle(left);
      after = left?.id;
    }
  }

  async function takeLeft(): Promise<void> {
    let from = STREAM_START;
    do {
      const { taken, next } = await group.claim(claimIdleMs, from);
      for (const left of taken) await handle(left);
      from = next;
    } while (from !== STREAM_START && !signal.aborted);
  }

  /** A Redis that has lost its data has lost the group too: all that is there now is new. */
  async function recreateIfLost(error: unknown): Promise<void> {
    const lost =
      error instanceof Error && !(error instanceof JobsError) && /NOGROUP|no such key/.test(error.message);
    if (!lost) throw error;
    await group.create('0');
    tell({ after: STREAM_START, next: undefined });
  }

  function tell(gap: EventGap | undefined): void {
    if (gap !== undefined) options.onGap?.(gap);
  }
}
