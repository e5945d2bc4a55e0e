import { type Boot } from '@etcd-kloset/platform';
import { type Queues } from '../backups/queues.ts';
import { type ClusterBook } from '../clusters/cluster-book.ts';
import { type EventHub } from '../events/event-hub.ts';
import { findMissed, type MissedParts } from '../schedules/find-missed.ts';
import { syncSchedulers } from '../schedules/sync-schedulers.ts';
import { type Background, keepRunning } from './keep-running.ts';

const EVERY_MS = 60_000;

/**
 * Keeps BullMQ's schedulers what the registry says: at the start, when a cluster changes, and once a minute; and looks
 * for times that were missed.
 */
export function keepSchedules(
  { log }: Pick<Boot, 'log'>,
  book: ClusterBook,
  queues: Queues,
  hub: EventHub,
  missed: MissedParts,
): Background {
  const round = async (signal: AbortSignal): Promise<void> => {
    const clusters = await book.all();
    const now = new Date();
    await syncSchedulers(queues.requests, clusters, now);
    for (const cluster of clusters) {
      signal.throwIfAborted();
      await findMissed(missed, cluster, now);
    }
  };
  const rounds = keepRunning({ name: 'schedules', log, everyMs: EVERY_MS }, round);
  const stopListening = hub.listen(({ event }) => {
    if (
      event.type === 'cluster.registered' ||
      event.type === 'cluster.changed' ||
      event.type === 'cluster.removed'
    ) {
      rounds.wake();
    }
  });
  return {
    async stop() {
      stopListening();
      await rounds.stop();
    },
  };
}
