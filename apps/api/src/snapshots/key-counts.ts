import { countKeys, type KeyCounts, type OpenedSnapshot } from '@etcd-kloset/pipeline';
import { LRUCache } from 'lru-cache';

type Count = (snapshot: OpenedSnapshot) => Promise<KeyCounts>;

/** Counts of snapshots, which never change: pages of one list are answered from one count. */
export interface KeyCountCache {
  /** @param work opens the snapshot and has it counted; called only when the counts are not known */
  of(snapshot: string, work: (count: Count) => Promise<KeyCounts>): Promise<KeyCounts>;
}

/** Each has at most some 4,000 prefixes. */
const MOST_HELD = 20;

export function createKeyCounts(): KeyCountCache {
  const held = new LRUCache<string, Promise<KeyCounts>>({ max: MOST_HELD });
  return {
    of(snapshot, work) {
      const known = held.get(snapshot);
      if (known !== undefined) return known;
      const counting = work((opened) => countKeys(opened));
      held.set(snapshot, counting);
      counting.catch(() => held.delete(snapshot));
      return counting;
    },
  };
}
