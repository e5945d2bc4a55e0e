import { type Route } from './route.ts';
import * as backups from './routes/backups.ts';
import * as clusters from './routes/clusters.ts';
import * as events from './routes/events.ts';
import * as schedules from './routes/schedules.ts';
import * as service from './routes/service.ts';
import * as snapshots from './routes/snapshots.ts';
import * as stores from './routes/stores.ts';
import * as webhooks from './routes/webhooks.ts';

/** All that the API serves, besides the pages of `/docs` and `/queues`. */
export const ROUTES: readonly Route[] = [
  ...Object.values(clusters),
  ...Object.values(backups),
  ...Object.values(snapshots),
  ...Object.values(stores),
  ...Object.values(schedules),
  ...Object.values(events),
  ...Object.values(webhooks),
  ...Object.values(service),
];
