import { type Boot } from '@etcd-kloset/platform';
import { type StoreViews } from '../stores/store-views.ts';
import { type FoundParts, tellFoundSnapshots } from '../stores/tell-found.ts';
import { tellStoreState } from '../stores/tell-state.ts';
import { tellOverdue } from '../stores/tell-overdue.ts';
import { type Background, keepRunning } from './keep-running.ts';

/** A full listing of a store is slow, and on some it costs money. */
const MEASURE_EVERY_MS = 60 * 60_000;

/**
 * Looks through every store again and again, each by itself, and tells what it finds: snapshots that others put
 * there, clusters that are overdue, stores that are away.
 */
export function watchStores(
  { log, config, stores, registry }: Pick<Boot, 'log' | 'config' | 'stores' | 'registry'>,
  views: StoreViews,
  parts: FoundParts,
): Background {
  const rounds = stores.names.flatMap((name) => [
    keepRunning({ name: `store ${name}`, log, everyMs: config.api.storeScanMs }, async (signal) => {
      const scan = await views.scan(name, signal);
      await tellStoreState(parts.redis, scan.now);
      await tellFoundSnapshots(parts, scan);
      await tellOverdue(parts.redis, scan.now, await registry.list(), new Date());
    }),
    keepRunning({ name: `sizes of store ${name}`, log, everyMs: MEASURE_EVERY_MS }, (signal) =>
      views.measure(name, signal),
    ),
  ]);
  return {
    async stop() {
      await Promise.all(rounds.map((round) => round.stop()));
    },
  };
}
