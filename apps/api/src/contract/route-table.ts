import { type Route } from './route.ts';
import * as backups from './routes/backups.ts';
import * as clusters from './routes/clusters.ts';
import * as events from './routes/events.ts';
import * as schedules from './routes/schedules.ts';
import * as service from './routes/service.ts';
import * as snapshots from './routes/snapshots.ts';
import * as stores from './routes/stores.ts';
import * as webhooks from './routes/webhooks.ts';

/** By the id of the operation. */
export const OPERATIONS = {
  ...clusters,
  ...backups,
  ...snapshots,
  ...stores,
  ...schedules,
  ...events,
  ...webhooks,
  ...service,
} as const;

/** All that the API serves, besides the pages of `/docs` and `/queues`. */
export const ROUTES: readonly Route[] = Object.values(OPERATIONS);
