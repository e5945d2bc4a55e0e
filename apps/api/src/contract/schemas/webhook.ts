import { z } from 'zod';
import { EVENT_TYPES } from './event.ts';
import { pageOf } from './page.ts';
import { count, failure, time } from './values.ts';

export const deadLetterSchema = z
  .object({
    id: z.string(),
    webhook: z.string().meta({ description: 'Its name in the configuration.' }),
    event: z.object({ id: z.string(), type: z.enum(EVENT_TYPES), subject: z.string(), time }),
    attempts: count,
    error: failure,
    failedAt: time,
  })
  .meta({ id: 'DeadLetter' });
export type DeadLetterView = z.infer<typeof deadLetterSchema>;

export const deadLetterPage = pageOf('DeadLetterPage', deadLetterSchema);
