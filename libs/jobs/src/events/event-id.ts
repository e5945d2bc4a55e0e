import { createHash } from 'node:crypto';
import { type EventData, type EventType } from './event-types.ts';

/** For each type that can be told apart by what it says: its id. For all others, `undefined`. */
type IdOf = { readonly [Type in EventType]: ((data: EventData<Type>) => string) | undefined };

/**
 * Things that happen once have an id that says what happened, so that whoever finds out, a worker or later a watcher,
 * gives the same one. Things that may happen again, such as a cluster that cannot be reached, need one for each time.
 */
const ids: IdOf = {
  'backup.requested': ({ request }) => `${request}/requested`,
  'backup.started': ({ backup, attempt }) => `${backup}/started/${attempt}`,
  'backup.progress': ({ backup, progress }) => `${backup}/progress/${digest(progress)}`,
  'backup.committed': ({ backup }) => `${backup}/committed`,
  'backup.failed': ({ backup }) => `${backup}/failed`,
  'backup.unproven': ({ backup }) => `${backup}/unproven`,
  'backup.mismatch': ({ backup }) => `${backup}/mismatch`,
  'request.refused': ({ request }) => `${request}/refused`,
  'cluster.unreachable': undefined,
  'cluster.registered': undefined,
  'cluster.changed': undefined,
  'cluster.removed': undefined,
  'cluster.overdue': undefined,
  'schedule.missed': ({ store, cluster, due }) => `${store}/${cluster}/missed/${due}`,
  'snapshot.found': ({ store, cluster, snapshot }) => `${store}/${cluster}/found/${snapshot}`,
  'store.unreachable': undefined,
  'store.reachable': undefined,
  'webhook.dead': ({ webhook, event }) => `${webhook}/dead/${event}`,
};

/** Types whose events have an id by themselves. */
export const IDENTIFIED_TYPES: readonly EventType[] = (Object.keys(ids) as EventType[]).filter(
  (type) => ids[type] !== undefined,
);

/** The id that follows from what an event says: the same whoever sends it, and however often. */
export function eventIdOf<Type extends EventType>(type: Type, data: EventData<Type>): string | undefined {
  return ids[type]?.(data);
}

function digest(value: unknown): string {
  return createHash('sha256').update(JSON.stringify(value)).digest('hex').slice(0, 16);
}
