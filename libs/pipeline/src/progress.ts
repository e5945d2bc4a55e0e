/** What a long stage tells while it works. Counts only grow within one stage. */
export type Progress =
  | { readonly stage: 'stream'; readonly bytes: number; readonly expected: number | undefined }
  | {
      readonly stage: 'store';
      /** Rows that the parent does not have, and those that it has. */
      readonly newRows: number;
      readonly knownRows: number;
      /** The new ones, and known ones that are written again. */
      readonly rowsToStore: number;
      /** How many of them are in the store by now, and in how many bytes. */
      readonly rows: number;
      readonly bytes: number;
    }
  | { readonly stage: 'restore'; readonly bytes: number; readonly expected: number }
  | { readonly stage: 'check'; readonly objects: number; readonly bytes: number; readonly expected: number };

/** The stages whose times a backup tells. They overlap: proving goes on while rows are stored. */
export type TimedStage = 'connect' | 'stream' | 'walk' | 'parent' | 'store' | 'prove' | 'commit';

export interface Observer {
  readonly progress?: ((progress: Progress) => void) | undefined;
  /** One sentence about what goes on, such as which member is read. */
  readonly note?: ((sentence: string) => void) | undefined;
  /** A stage has ended, after so many milliseconds. */
  readonly stageDone?: ((stage: TimedStage, milliseconds: number) => void) | undefined;
  readonly warn?: ((sentence: string) => void) | undefined;
}

/** Waits for `work` and tells how long it took. */
export async function timed<T>(observer: Observer, stage: TimedStage, work: Promise<T>): Promise<T> {
  const start = performance.now();
  const result = await work;
  observer.stageDone?.(stage, performance.now() - start);
  return result;
}

const PROGRESS_EVERY_MS = 100;

/** The observer's `progress`, called a few times a second however often there is something to tell. */
export function steadyProgress({
  progress,
}: Observer): (now: Progress & { stage: 'stream' | 'restore' }) => void {
  let last = -Infinity;
  return (now) => {
    const at = performance.now();
    if (at - last < PROGRESS_EVERY_MS && now.bytes !== now.expected) return;
    last = at;
    progress?.(now);
  };
}
