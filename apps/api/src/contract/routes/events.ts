import { z } from 'zod';
import { defineRoute } from '../route.ts';
import { EVENT_TYPES } from '../schemas/event.ts';
import { queryList } from '../schemas/query.ts';
import { cluster } from '../schemas/values.ts';

const eventId = z
  .string()
  .regex(
    /^[0-9]{1,19}-[0-9]{1,19}$/,
    'is not the id of an event, such as 1764100000000-0; leave it out to begin now',
  );

export const streamEvents = defineRoute({
  operationId: 'streamEvents',
  method: 'get',
  path: '/v1/events',
  tag: 'Events',
  summary: 'Everything that happens, as server-sent events',
  description:
    'Each event has `id:`, `event:` (its type) and `data:` (a CloudEvent 1.0 in JSON). Whoever comes back with the last `id` as `Last-Event-ID` gets what came since; when that is no longer held, an event `gap` comes first. Comments come every 15 seconds. Whoever reads too slowly is cut off, and can come back.',
  role: 'viewer',
  headers: z.object({
    'last-event-id': eventId.optional().meta({ description: 'Go on after this event.' }),
  }),
  query: z.strictObject({
    'last-event-id': eventId.optional().meta({ description: 'The same, for those who cannot set a header.' }),
    type: queryList(z.enum(EVENT_TYPES), EVENT_TYPES.length)
      .optional()
      .meta({ description: 'Only of this type; may be given several times.' }),
    cluster: cluster.optional(),
  }),
  answers: {
    200: {
      description: 'A stream that does not end by itself. What stands in `data:` is a `CloudEvent`.',
      type: 'text/event-stream',
    },
  },
  problems: ['events.too-many', 'redis.unreachable'],
});
