import { describeError, isKlosetError } from '@etcd-kloset/errors';
import { type Boot, type OpenedStore } from '@etcd-kloset/platform';
import { type SnapshotView } from '../contract/schemas/snapshot.ts';
import { NOTHING, scanCluster, scanStore, type StoreContents } from './scan-store.ts';
import { measureStore, type SnapshotPlace, type StoreMeasures } from './measure-store.ts';

/** What is known of a store without asking it. */
export interface StoreState {
  readonly name: string;
  readonly id: string | undefined;
  readonly contents: StoreContents;
  /** When it was looked through last with success. */
  readonly scannedAt: Date | undefined;
  readonly checkedAt: Date | undefined;
  readonly error: { readonly code: string; readonly message: string; readonly advice?: string } | undefined;
  /** With what was known to be in it when it was measured: figures of one time. */
  readonly measures: (StoreMeasures & { readonly contents: StoreContents }) | undefined;
  /** Ids of proven snapshots that cannot be restored: something that they need is not there. By folder. */
  readonly incomplete: ReadonlyMap<string, ReadonlySet<string>>;
}

/** One look through a store: what it was before, and what it is now. */
export interface Scan {
  readonly before: StoreState;
  readonly now: StoreState;
}

/**
 * The contents of all stores, held in memory: lists are answered from it, also while stores or Redis are away. A store
 * that hangs holds up nobody but itself.
 */
export interface StoreViews {
  get(name: string): StoreState | undefined;
  all(): readonly StoreState[];
  /** Looks through a store now, or waits for who does. Never throws for what ails the store: see `error`. */
  scan(name: string, signal: AbortSignal): Promise<Scan>;
  /** Looks for what was committed a moment ago: in one cluster of a store that was looked through already. */
  look(name: string, cluster: string): Promise<void>;
  /**
   * Counts and sums all objects of a store, and looks whether what the newest proven snapshot of each cluster needs is
   * there: slow. @returns snapshots that were found to be incomplete, and do not count any more
   */
  measure(name: string, signal: AbortSignal): Promise<readonly SnapshotPlace[]>;
}

export function createStoreViews({ stores }: Pick<Boot, 'stores'>): StoreViews {
  const states = new Map(stores.names.map((name) => [name, unseen(name)]));
  const scans = new Map<string, Promise<Scan>>();

  async function look(name: string, signal: AbortSignal): Promise<Scan> {
    const before = states.get(name)!;
    let now: StoreState;
    try {
      const opened = await stores.open(name, 'read');
      const contents = await scanStore(opened, before.contents, signal);
      const at = new Date();
      now = {
        ...states.get(name)!,
        id: opened.store.id,
        contents,
        scannedAt: at,
        checkedAt: at,
        error: undefined,
      };
    } catch (error) {
      if (signal.aborted) throw error;
      now = { ...states.get(name)!, checkedAt: new Date(), error: failureOf(error) };
    }
    states.set(name, now);
    return { before, now };
  }

  return {
    get: (name) => states.get(name),
    all: () => [...states.values()],
    async scan(name, signal) {
      const running = scans.get(name) ?? look(name, signal).finally(() => scans.delete(name));
      scans.set(name, running);
      return running;
    },
    async look(name, cluster) {
      // One that began before the commit knows less, and must not come after.
      await scans.get(name);
      const state = states.get(name);
      if (state?.scannedAt === undefined) return;
      const contents = await scanCluster(await stores.open(name, 'read'), cluster, state.contents, NEVER);
      states.set(name, { ...states.get(name)!, contents });
    },
    async measure(name, signal) {
      const opened: OpenedStore = await stores.open(name, 'read');
      await this.scan(name, signal);
      const { contents } = states.get(name)!;
      const doubted = [...newestProven(states.get(name)!), ...placesOf(states.get(name)!.incomplete)];
      const measures = await measureStore(opened, doubted, signal);
      const now = states.get(name)!;
      const found = measures.incomplete.filter(
        ({ folder, id }) => now.incomplete.get(folder)?.has(id) !== true,
      );
      states.set(name, {
        ...now,
        measures: { ...measures, contents },
        incomplete: byFolder(measures.incomplete),
      });
      return found;
    },
  };
}

const NEVER = new AbortController().signal;

function unseen(name: string): StoreState {
  return {
    name,
    id: undefined,
    contents: NOTHING,
    scannedAt: undefined,
    checkedAt: undefined,
    error: undefined,
    measures: undefined,
    incomplete: new Map(),
  };
}

/** Of any error, what callers may know. */
export function failureOf(error: unknown): { code: string; message: string; advice?: string } {
  if (!isKlosetError(error))
    return { code: 'service.failed', message: 'The service failed; its log says why.' };
  const { code, advice } = error;
  const [message = ''] = describeError(error).split('\n');
  return { code, message, ...(advice === undefined ? {} : { advice }) };
}

/** Of each cluster the one that counts. */
function newestProven({ contents, incomplete }: StoreState): SnapshotPlace[] {
  return [...contents.clusters].flatMap(([folder, { snapshots }]) => {
    const ids = [...snapshots.values()].flatMap(({ id, proof }) =>
      proof === 'proven' && incomplete.get(folder)?.has(id) !== true ? [id] : [],
    );
    const id = ids.sort().at(-1);
    return id === undefined ? [] : [{ folder, id }];
  });
}

function byFolder(places: readonly SnapshotPlace[]): Map<string, Set<string>> {
  const grouped = Map.groupBy(places, ({ folder }) => folder);
  return new Map([...grouped].map(([folder, its]) => [folder, new Set(its.map(({ id }) => id))]));
}

function placesOf(incomplete: StoreState['incomplete']): SnapshotPlace[] {
  return [...incomplete].flatMap(([folder, ids]) => Array.from(ids, (id) => ({ folder, id })));
}

/** Every snapshot of a state. */
export function* snapshotsOf({ contents }: Pick<StoreState, 'contents'>): Generator<SnapshotView> {
  for (const { snapshots } of contents.clusters.values()) yield* snapshots.values();
}

/** The snapshots of one cluster, by its name, and those of them that cannot be restored. */
export function snapshotsOfCluster(
  { contents, incomplete }: StoreState,
  cluster: string,
): { readonly snapshots: Iterable<SnapshotView>; readonly incomplete: ReadonlySet<string> } {
  for (const [folder, held] of contents.clusters) {
    if (held.cluster !== cluster) continue;
    return { snapshots: held.snapshots.values(), incomplete: incomplete.get(folder) ?? NONE };
  }
  return { snapshots: [], incomplete: NONE };
}

const NONE: ReadonlySet<string> = new Set();
