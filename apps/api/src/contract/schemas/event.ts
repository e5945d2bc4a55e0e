import { type EventType, eventSchemas } from '@etcd-kloset/jobs';
import { z } from 'zod';

export const EVENT_TYPES = Object.keys(eventSchemas) as [EventType, ...EventType[]];

/** What stands in `data:` of a server-sent event. */
export const cloudEventSchema = z
  .object({
    specversion: z.literal('1.0'),
    id: z.string(),
    source: z.string(),
    type: z.enum(EVENT_TYPES),
    subject: z.string(),
    time: z.string(),
    datacontenttype: z.literal('application/json'),
    data: z.unknown(),
    traceparent: z.string().optional(),
  })
  .meta({ id: 'CloudEvent' });
