import { type Boot } from '@etcd-kloset/platform';
import { snapshotsOf, type StoreState, type StoreViews } from '../stores/store-views.ts';
import { type FoundParts, tellFoundSnapshots } from '../stores/tell-found.ts';
import { tellStoreState } from '../stores/tell-state.ts';
import { tellOverdue } from '../stores/tell-overdue.ts';
import { type Background, keepRunning } from './keep-running.ts';

/** A full listing of a store is slow, and on some it costs money. */
const MEASURE_EVERY_MS = 60 * 60_000;
/** So many are ten requests at most: then it is done for every new snapshot, too. */
const CHEAP_OBJECTS = 10_000;

/**
 * Looks through every store again and again, each by itself, and tells what it finds: snapshots that others put
 * there, clusters that are overdue, stores that are away.
 */
export function watchStores(
  { log, config, stores, registry }: Pick<Boot, 'log' | 'config' | 'stores' | 'registry'>,
  views: StoreViews,
  parts: FoundParts,
): Background {
  /** Until the newest one that counts of each cluster is whole. */
  async function measure(name: string, signal: AbortSignal): Promise<void> {
    for (;;) {
      const found = await views.measure(name, signal);
      if (found.length === 0) return;
      for (const { folder, id } of found) {
        log.error('A snapshot cannot be restored: something that it needs is not in the store.', {
          store: name,
          snapshot: id,
          folder,
          advice:
            'Run `etcd-kloset check` to see what, and put it back; the next backup stores its rows again.',
        });
      }
    }
  }
  const rounds = stores.names.flatMap((name) => {
    const sizes = keepRunning({ name: `sizes of store ${name}`, log, everyMs: MEASURE_EVERY_MS }, (signal) =>
      measure(name, signal),
    );
    const looks = keepRunning(
      { name: `store ${name}`, log, everyMs: config.api.storeScanMs },
      async (signal) => {
        const scan = await views.scan(name, signal);
        if (isWorthMeasuring(scan.now)) sizes.wake();
        await tellStoreState(parts.redis, scan.now);
        await tellFoundSnapshots(parts, scan);
        await tellOverdue(parts.redis, scan.now, await registry.list(), new Date());
      },
    );
    return [looks, sizes];
  });
  return {
    async stop() {
      await Promise.all(rounds.map((round) => round.stop()));
    },
  };
}

/** Snapshots came or went since, and to count again costs little. */
function isWorthMeasuring({ measures, contents, error }: StoreState): boolean {
  if (measures === undefined || error !== undefined) return false;
  const objects = [...measures.folders.values()].reduce((sum, folder) => sum + folder.objects, 0);
  return objects <= CHEAP_OBJECTS && countOf(measures) !== countOf({ contents });
}

function countOf(state: Pick<StoreState, 'contents'>): number {
  return [...snapshotsOf(state)].length;
}
