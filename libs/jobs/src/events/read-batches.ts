import { type Redis } from 'ioredis';
import { JobsError } from '../errors.ts';
import { type RedisHandle } from '../redis/connect-redis.ts';
import { keys } from '../redis/key-names.ts';
import { entryOf, type RawEntry, type StreamEntry } from './stream-entry.ts';
import { isStreamId, STREAM_START } from './stream-id.ts';
import { type EventGap, gapAfter, positionIn, streamInfo, type StreamInfo } from './stream-position.ts';
import { unlessAborted, untilAborted } from './until-aborted.ts';

export interface ReadBatchesOptions {
  /** An entry's id: what comes after it. `0`: all there is. `$`: what comes from now on. */
  readonly from: string;
  readonly signal: AbortSignal;
  /** How long to wait for an entry before an empty batch is given. */
  readonly blockMs?: number;
  readonly onGap?: ((gap: EventGap) => void) | undefined;
}

const BLOCK_MS = 5000;
/** Entries at most in a batch; one that is shorter went to the end of the stream. */
export const BATCH_SIZE = 100;

/**
 * The entries of the stream in order, over a connection of its own, for as long as `signal` lets it; an empty batch
 * when there was none for a while. A Redis that is away is waited for.
 */
export async function* readBatches(
  redis: RedisHandle,
  options: ReadBatchesOptions,
): AsyncGenerator<StreamEntry[], void, undefined> {
  const { from, signal, blockMs = BLOCK_MS, onGap } = options;
  if (from !== '$' && !isStreamId(from)) {
    throw new JobsError(
      'event.bad-position',
      'Events cannot be read from there: it is no id of the stream.',
      {
        advice: 'Give the id that came with an event, 0 for all there are, or $ for those to come.',
      },
    );
  }
  if (signal.aborted) return;
  const client = redis.duplicateForBlocking();
  // At once, also when nobody asks for the next batch any more.
  const stop = (): void => client.disconnect();
  signal.addEventListener('abort', stop, { once: true });
  const stream = keys.events(redis.prefix);
  let after: string | undefined = from === '$' ? undefined : from;
  try {
    for (;;) {
      const step = await untilAborted(signal, () =>
        unlessAborted(signal, next(client, stream, after, blockMs)),
      );
      if (step === undefined) return;
      if (step.gap !== undefined) onGap?.(step.gap);
      after = step.after;
      yield step.entries;
    }
  } finally {
    signal.removeEventListener('abort', stop);
    client.disconnect();
  }
}

interface Step {
  readonly entries: StreamEntry[];
  readonly after: string;
  readonly gap: EventGap | undefined;
}

async function next(
  client: Redis,
  stream: string,
  after: string | undefined,
  blockMs: number,
): Promise<Step> {
  if (after === undefined) {
    const info = await infoOf(client, stream);
    return { entries: [], after: info?.lastGenerated ?? STREAM_START, gap: undefined };
  }
  // Both at one moment: what is trimmed between two looks would be missed without a word.
  const replies = await client
    .multi()
    .xinfo('STREAM', stream)
    .xread('COUNT', BATCH_SIZE, 'STREAMS', stream, after)
    .exec();
  const [infoReply, readReply] = replies!;
  if (readReply![0] !== null) throw readReply![0];
  const info = infoFrom(infoReply![0], infoReply![1]);
  const gap = gapAfter(after, info);
  const position = positionIn(after, info);
  // After a gap the caller hears of it first, and reads on from there.
  if (gap !== undefined && position !== after) return { entries: [], after: position, gap };

  const there = entriesOf(readReply![1]);
  const entries =
    there.length > 0
      ? there
      : entriesOf(await client.xread('COUNT', BATCH_SIZE, 'BLOCK', blockMs, 'STREAMS', stream, position));
  return { entries, after: entries.at(-1)?.id ?? position, gap };
}

async function infoOf(client: Redis, stream: string): Promise<StreamInfo | undefined> {
  try {
    return streamInfo((await client.xinfo('STREAM', stream)) as unknown[]);
  } catch (error) {
    return infoFrom(error as Error, undefined);
  }
}

function infoFrom(error: Error | null, reply: unknown): StreamInfo | undefined {
  if (error === null) return streamInfo(reply as unknown[]);
  if (/no such key/.test(error.message)) return undefined;
  throw error;
}

function entriesOf(reply: unknown): StreamEntry[] {
  const [stream] = (reply ?? []) as readonly (readonly [string, readonly RawEntry[]])[];
  return (stream?.[1] ?? []).map(([id, fields]) => entryOf(id, fields ?? []));
}
