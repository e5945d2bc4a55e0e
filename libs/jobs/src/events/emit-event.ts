import { JobsError } from '../errors.ts';
import { type RedisHandle } from '../redis/connect-redis.ts';
import { keys } from '../redis/key-names.ts';
import { orRedisError } from '../redis/redis-errors.ts';
import { type EventOptions, makeEvent, MAX_EVENT_BYTES } from './cloud-event.ts';
import { IDENTIFIED_TYPES } from './event-id.ts';
import { type CloudEvent, type EventData, type EventType } from './event-types.ts';

/** About how many events the stream keeps (`MAXLEN ~`): Redis drops whole nodes of it, so there may be some more. */
export const EVENTS_KEPT = 100_000;

const DAY_MS = 24 * 60 * 60 * 1000;
/** Longer than `request:<id>` and finished jobs are remembered: nobody finds out about a backup later than that. */
const EMITTED_TTL_MS = 8 * DAY_MS;

export interface EmitOptions extends EventOptions {
  /** About how many events the stream keeps. Default: {@link EVENTS_KEPT}. */
  readonly keep?: number;
}

/** An event in the stream. */
export interface StreamedEvent<Type extends EventType = EventType> {
  /** Of its entry, `<ms>-<n>`: later ones are greater. What `readEvents` goes on from. */
  readonly id: string;
  readonly event: CloudEvent<Type>;
}

/** Puts an event into the stream. Throws `event.invalid` when it is none. */
export async function emitEvent<Type extends EventType>(
  redis: RedisHandle,
  type: Type,
  data: EventData<Type>,
  options: EmitOptions = {},
): Promise<StreamedEvent<Type>> {
  const event = makeEvent(type, data, options);
  const id = await orRedisError(
    redis.client.xadd(
      keys.events(redis.prefix),
      'MAXLEN',
      '~',
      options.keep ?? EVENTS_KEPT,
      '*',
      ...fieldsOf(event),
    ),
  );
  return { id: id!, event };
}

/**
 * The entry first: should Redis refuse it, the event is not remembered as sent. Keys are those of the events
 * (`emitted:<id>`), then the stream; arguments the time to live in ms, the length, and six for each event.
 */
const EMIT_ONCE = `
  local stream, added = KEYS[#KEYS], {}
  for i = 1, #KEYS - 1 do
    if redis.call('EXISTS', KEYS[i]) == 1 then
      added[i] = ''
    else
      local at = 3 + (i - 1) * 6
      added[i] = redis.call('XADD', stream, 'MAXLEN', '~', ARGV[2], '*', unpack(ARGV, at, at + 5))
      redis.call('SET', KEYS[i], added[i], 'PX', ARGV[1])
    end
  end
  return added
`;

/**
 * Puts an event into the stream unless one with its id was put there within eight days by this function, by whomever.
 * Gives `undefined` then. `id` may be left out for the types that have one by themselves (`IDENTIFIED_TYPES`).
 */
export async function emitOnce<Type extends EventType>(
  redis: RedisHandle,
  type: Type,
  data: EventData<Type>,
  options: EmitOptions = {},
): Promise<StreamedEvent<Type> | undefined> {
  if (options.id === undefined && !IDENTIFIED_TYPES.includes(type)) {
    throw new JobsError(
      'event.invalid',
      `An event ${type} may happen again: it is not known when it is the same.`,
      {
        advice: 'Give it an id that tells this one from others.',
      },
    );
  }
  const event = makeEvent(type, data, options);
  const [added] = await emitEventsOnce(redis, [event], options);
  return added as StreamedEvent<Type> | undefined;
}

/** Those of the events that were not sent before, all in one step: nobody sees one of them and misses the next. */
export async function emitEventsOnce(
  redis: RedisHandle,
  events: readonly CloudEvent[],
  options: Pick<EmitOptions, 'keep'> = {},
): Promise<StreamedEvent[]> {
  const names = events.map((event) => keys.emitted(redis.prefix, event.id));
  const added = (await orRedisError(
    redis.client.eval(
      EMIT_ONCE,
      names.length + 1,
      ...names,
      keys.events(redis.prefix),
      EMITTED_TTL_MS,
      options.keep ?? EVENTS_KEPT,
      ...events.flatMap(fieldsOf),
    ),
  )) as string[];
  return events.flatMap((event, at) => (added[at] === '' ? [] : [{ id: added[at]!, event }]));
}

/** Type and subject stand beside the event so that a reader need not parse what it does not want. */
function fieldsOf(event: CloudEvent): string[] {
  const json = JSON.stringify(event);
  const bytes = Buffer.byteLength(json);
  if (bytes > MAX_EVENT_BYTES) {
    throw new JobsError('event.invalid', `An event ${event.type} of ${bytes} bytes is too large.`, {
      advice: `Keep it below ${MAX_EVENT_BYTES} bytes.`,
    });
  }
  return ['type', event.type, 'subject', event.subject, 'event', json];
}
