import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { JobsError } from '../errors.ts';
import { eventIdOf } from './event-id.ts';
import { type CloudEvent, type EventData, eventSchemas, type EventType } from './event-types.ts';

/** Where events come from (CloudEvents' `source`); with `id` it names an event in all the world. */
export const EVENT_SOURCE = '/etcd-kloset';

/** An event is a note, not a parcel: larger ones are refused. In bytes of JSON; it must fit into a webhook's job. */
export const MAX_EVENT_BYTES = 48 * 1024;

/** Of the message of an error, in characters: some tell what every cause said. */
const LONGEST_MESSAGE = 2000;

const types = Object.keys(eventSchemas) as [EventType, ...EventType[]];

/** W3C trace context, version 00: `00-<32 hex>-<16 hex>-<2 hex>`. */
export const traceparent = z.string().regex(/^00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$/);

const envelopeSchema = z.object({
  specversion: z.literal('1.0'),
  id: z.string().min(1).max(1000),
  source: z.string().min(1).max(500),
  type: z.enum(types),
  subject: z.string().min(1).max(500),
  time: z.iso.datetime({ offset: true }),
  datacontenttype: z.literal('application/json'),
  data: z.unknown(),
  traceparent: traceparent.optional(),
});

/**
 * An event with its data checked by its type. What the schemas do not name is dropped: a newer version may say more,
 * and whoever reads an older one is not in its way.
 */
export const cloudEventSchema = envelopeSchema.transform((envelope, context): CloudEvent => {
  const data = eventSchemas[envelope.type].safeParse(envelope.data);
  if (data.success) return { ...envelope, data: data.data };
  for (const issue of data.error.issues) {
    context.addIssue({ code: 'custom', message: issue.message, path: ['data', ...issue.path] });
  }
  return z.NEVER;
});

/** Checks what somebody else wrote; throws `event.invalid`, which names what is wrong with it and none of its values. */
export function parseEvent(value: unknown): CloudEvent {
  const parsed = cloudEventSchema.safeParse(value);
  if (!parsed.success) throw invalidEvent(parsed.error);
  return parsed.data;
}

export interface EventOptions {
  /** Default: what {@link eventIdOf} says, or else a random one. */
  readonly id?: string;
  /** Default: now. */
  readonly time?: Date;
  /** Default: {@link EVENT_SOURCE}. */
  readonly source?: string;
  /** W3C trace context of the work that this event tells of. */
  readonly traceparent?: string | undefined;
}

/** The event, checked. Its subject follows from its data; messages of errors are cut where nobody reads on. */
export function makeEvent<Type extends EventType>(
  type: Type,
  data: EventData<Type>,
  options: EventOptions = {},
): CloudEvent<Type> {
  return parseEvent({
    specversion: '1.0',
    id: options.id ?? eventIdOf(type, data) ?? randomUUID(),
    source: options.source ?? EVENT_SOURCE,
    type,
    subject: subjectOf(data),
    time: (options.time ?? new Date()).toISOString(),
    datacontenttype: 'application/json',
    data: 'error' in data ? { ...data, error: shortened(data.error) } : data,
    ...(options.traceparent === undefined ? {} : { traceparent: options.traceparent }),
  }) as CloudEvent<Type>;
}

/** The cluster that an event is about; without one the store, and without that the webhook. */
function subjectOf(data: EventData<EventType>): string {
  if ('cluster' in data) return data.cluster;
  return 'store' in data ? data.store : data.webhook;
}

function shortened<Failure extends { message: string }>(failure: Failure): Failure {
  return { ...failure, message: failure.message.slice(0, LONGEST_MESSAGE) };
}

function invalidEvent(error: z.ZodError): JobsError {
  const problems = error.issues.map(({ path, message }) => `${path.join('.') || 'it'}: ${message}`);
  return new JobsError('event.invalid', `This is no event that we know: ${problems.join('; ')}.`, {
    advice: 'docs/events.md lists all events and what they hold; a newer version may know more.',
  });
}
