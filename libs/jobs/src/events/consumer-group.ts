import { type Redis } from 'ioredis';
import { orRedisError } from '../redis/redis-errors.ts';
import { type RawEntry } from './stream-entry.ts';
import { type EventGap, gapAfter, streamInfo } from './stream-position.ts';
import { orAborted, unlessAborted } from './until-aborted.ts';

/** For the acknowledgement of an event whose handler ended while everything was told to end. */
const LAST_WORD_MS = 5000;

/** An entry that was given to this consumer and not acknowledged yet. */
export interface Delivered {
  readonly id: string;
  /** None when the stream was trimmed before the entry was acknowledged. */
  readonly fields: readonly string[] | undefined;
  /** How often it was given to anybody, this time included. */
  readonly deliveries: number;
}

/** If the entry is still this consumer's: a consumer that stood still for too long takes nothing back. */
const HOLD = `
  local pending = redis.call('XPENDING', KEYS[1], ARGV[1], ARGV[3], ARGV[3], 1, ARGV[2])
  if pending[1] then redis.call('XCLAIM', KEYS[1], ARGV[1], ARGV[2], 0, ARGV[3], 'JUSTID') end
`;

/**
 * One consumer of a group of the stream: the commands, nothing of when. Entries are taken one by one: to Redis each one
 * that was taken counts as tried, and those that wait behind one which kills its consumer were not.
 */
export class ConsumerGroup {
  readonly #stream: string;
  readonly #group: string;
  readonly #consumer: string;
  readonly #client: Redis;
  /** For the one command that waits. */
  readonly #blocking: Redis;
  readonly #signal: AbortSignal;

  /** Once `signal` is aborted, all but the last acknowledgement throw. */
  constructor(
    stream: string,
    group: string,
    consumer: string,
    connections: { readonly client: Redis; readonly blocking: Redis },
    signal: AbortSignal,
  ) {
    this.#stream = stream;
    this.#group = group;
    this.#consumer = consumer;
    this.#client = connections.client;
    this.#blocking = connections.blocking;
    this.#signal = signal;
  }

  /** Makes the group unless it is there. */
  async create(from: '$' | '0'): Promise<void> {
    try {
      await this.#run(this.#client.xgroup('CREATE', this.#stream, this.#group, from, 'MKSTREAM'));
    } catch (error) {
      if (!(error instanceof Error && error.message.startsWith('BUSYGROUP'))) throw error;
    }
  }

  /** What the group has missed since it last read. */
  async gap(): Promise<EventGap | undefined> {
    const [info, groups] = await this.#run(
      Promise.all([
        this.#client.xinfo('STREAM', this.#stream) as Promise<unknown[]>,
        this.#client.xinfo('GROUPS', this.#stream) as Promise<string[][]>,
      ]),
    );
    const value = (group: readonly string[], name: string) => group[group.indexOf(name) + 1]!;
    const ours = groups.find((group) => value(group, 'name') === this.#group);
    return ours === undefined ? undefined : gapAfter(value(ours, 'last-delivered-id'), streamInfo(info));
  }

  /** One that nobody was given yet; waits for it. */
  async readNew(blockMs: number): Promise<Delivered | undefined> {
    const command = ['GROUP', this.#group, this.#consumer, 'COUNT', 1, 'BLOCK', blockMs] as const;
    const entry = await this.#take(this.#blocking.xreadgroup(...command, 'STREAMS', this.#stream, '>'));
    return entry && { id: entry[0], fields: entry[1] ?? undefined, deliveries: 1 };
  }

  /** The next one after `after` that this consumer was given in a former life. */
  async readOwn(after: string): Promise<Delivered | undefined> {
    const command = ['GROUP', this.#group, this.#consumer, 'COUNT', 1] as const;
    const entry = await this.#take(this.#client.xreadgroup(...command, 'STREAMS', this.#stream, after));
    return entry && this.#counted(entry);
  }

  /**
   * Takes over one that somebody was given and has not acknowledged for so long. `next` is where to look on, `0-0` at the end;
   * with Redis 7, those that were trimmed meanwhile come along without fields and are out of the group already.
   */
  async claim(idleMs: number, from: string): Promise<{ taken: Delivered[]; next: string }> {
    const reply = await this.#run(
      this.#client.xautoclaim(this.#stream, this.#group, this.#consumer, idleMs, from, 'COUNT', 1),
    );
    const [next, entries, trimmed = []] = reply as [string, (RawEntry | null)[], string[]?];
    const lost = trimmed.map((id) => ({ id, fields: undefined, deliveries: 0 }));
    const present = entries.filter((entry) => entry !== null).map((entry) => this.#counted(entry));
    return { taken: [...lost, ...(await Promise.all(present))], next };
  }

  /** While it is being handled: the time after which others may claim it begins anew. */
  async hold(id: string): Promise<void> {
    await this.#run(this.#client.eval(HOLD, 1, this.#stream, this.#group, this.#consumer, id));
  }

  /** Gives up soon after the signal; the entry comes again then. */
  async acknowledge(id: string): Promise<void> {
    const acknowledged = orRedisError(this.#client.xack(this.#stream, this.#group, id));
    if (!this.#signal.aborted) await orAborted(this.#signal, acknowledged);
    if (this.#signal.aborted) await orAborted(AbortSignal.timeout(LAST_WORD_MS), acknowledged);
  }

  #run<Result>(command: Promise<Result>): Promise<Result> {
    return unlessAborted(this.#signal, orRedisError(command));
  }

  async #take(reading: Promise<unknown>): Promise<RawEntry | undefined> {
    const reply = (await this.#run(reading)) as readonly (readonly [string, readonly RawEntry[]])[] | null;
    return reply?.[0]?.[1][0];
  }

  async #counted([id, fields]: RawEntry): Promise<Delivered> {
    const pending = await this.#run(this.#client.xpending(this.#stream, this.#group, id, id, 1));
    const [first] = pending as (readonly [string, string, number, number])[];
    return { id, fields: fields ?? undefined, deliveries: first?.[3] ?? 1 };
  }
}
