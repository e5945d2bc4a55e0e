import { type EventType, eventSchemas } from '@etcd-kloset/jobs';
import { z } from 'zod';

export const EVENT_TYPES = Object.keys(eventSchemas) as [EventType, ...EventType[]];

function eventOf(type: EventType) {
  return z.object({
    specversion: z.literal('1.0'),
    id: z.string().meta({ description: 'The same however often it comes.' }),
    source: z.string(),
    type: z.literal(type),
    subject: z.string().meta({ description: 'The cluster that it is about; without one the store.' }),
    time: z.string(),
    datacontenttype: z.literal('application/json'),
    data: eventSchemas[type],
    traceparent: z.string().optional(),
  });
}

const [first, ...others] = EVENT_TYPES;

/** What stands in `data:` of a server-sent event. */
export const cloudEventSchema = z
  .discriminatedUnion('type', [eventOf(first), ...others.map(eventOf)])
  .meta({ id: 'CloudEvent' });
