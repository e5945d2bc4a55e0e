import { type ConsumeEventsOptions } from './consume-events.ts';
import { type ConsumerGroup, type Delivered } from './consumer-group.ts';
import { type StreamedEvent } from './emit-event.ts';
import { entryOf, isWanted, readEntry } from './stream-entry.ts';

type Options = ConsumeEventsOptions & { readonly claimIdleMs: number; readonly maxDeliveries: number };

/** Gives an entry to the handler; what is not acknowledged in the end, the group gives out again. */
export async function handleDelivered(
  group: ConsumerGroup,
  delivered: Delivered,
  options: Options,
): Promise<void> {
  const stopHolding = holdOn(group, delivered.id, options.claimIdleMs);
  try {
    if (await isDone(delivered, options)) await group.acknowledge(delivered.id);
  } finally {
    stopHolding();
  }
}

/** Whether the entry need not come again. */
async function isDone({ id, fields, deliveries }: Delivered, options: Options): Promise<boolean> {
  if (fields === undefined) {
    options.onGap?.({ after: id, next: undefined });
    return true;
  }
  const entry = entryOf(id, fields);
  if (!isWanted(entry, options)) return true;
  const read = readEntry(entry);
  if ('unreadable' in read) {
    options.onUnreadable?.(read.unreadable);
    return true;
  }
  const streamed = { id, event: read.event };
  // More often than allowed: the last one who had it told nobody what became of it.
  if (deliveries > options.maxDeliveries) return isBuried(streamed, deliveries - 1, undefined, options);
  try {
    await options.handler(read.event, { id, deliveries });
    return true;
  } catch (error) {
    options.onError?.(error, streamed);
    return deliveries < options.maxDeliveries ? false : isBuried(streamed, deliveries, error, options);
  }
}

async function isBuried(
  streamed: StreamedEvent,
  deliveries: number,
  error: unknown,
  options: Options,
): Promise<boolean> {
  try {
    await options.onPoison({ ...streamed, deliveries, error });
    return true;
  } catch (failure) {
    options.onError?.(failure, streamed);
    return false;
  }
}

/** While a handler works, others see that its consumer lives. A sign that does not get through is followed by the next. */
function holdOn(group: ConsumerGroup, id: string, claimIdleMs: number): () => void {
  const timer = setInterval(() => void group.hold(id).catch(() => undefined), claimIdleMs / 3);
  return () => clearInterval(timer);
}
