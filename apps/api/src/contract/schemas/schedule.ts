import { z } from 'zod';
import { pageOf } from './page.ts';
import { cluster, count, store, time } from './values.ts';

export const scheduleSchema = z
  .object({
    cluster,
    store,
    cron: z.string(),
    timeZone: z.string(),
    paused: z.boolean(),
    jitterSeconds: count.meta({ description: 'At most so long after its time a backup begins.' }),
    delayMs: count.meta({ description: 'How long for this cluster: always the same.' }),
    nextRuns: z.array(time).meta({ description: 'The next five, jitter included; none while paused.' }),
  })
  .meta({ id: 'Schedule' });
export type ScheduleView = z.infer<typeof scheduleSchema>;

export const schedulePage = pageOf('SchedulePage', scheduleSchema);
