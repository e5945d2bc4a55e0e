import { type CheckProblem, type CheckProgress } from './check-types.ts';

/** Where the parts of a check put what they find. */
export interface Report {
  readonly problems: CheckProblem[];
  readonly warnings: string[];
  /** Digests written down as damaged. */
  readonly noted: string[];
  /** Ids of the snapshots whose records were looked at. */
  readonly snapshots: string[];
  readonly orphans: { count: number; bytes: number };
  readonly done: CheckProgress;
  /** To be called for each object that was read. */
  read(bytes: number): void;
}

export function newReport(expected: number, progress: ((done: CheckProgress) => void) | undefined): Report {
  const done = { objects: 0, bytes: 0, expected };
  return {
    problems: [],
    warnings: [],
    noted: [],
    snapshots: [],
    orphans: { count: 0, bytes: 0 },
    done,
    read(bytes) {
      done.objects++;
      done.bytes += bytes;
      progress?.({ ...done });
    },
  };
}
