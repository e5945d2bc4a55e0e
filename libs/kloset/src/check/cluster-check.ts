import { type Storage } from '@etcd-kloset/storage';
import { KlosetStoreError } from '../errors.ts';
import { parseName, type ObjectKind } from '../format/names.ts';
import { type Cluster, type ClusterListing } from '../store/cluster.ts';
import { type CheckOptions, type CheckProblem } from './check-types.ts';
import { type NeededObjects } from './needed-objects.ts';
import { type Finding } from './problem-of.ts';
import { type Report } from './report.ts';

/** What the parts of the check of one cluster share. */
export interface ClusterCheck {
  readonly storage: Storage;
  readonly options: CheckOptions;
  readonly report: Report;
  /** The cluster's folder. */
  readonly id: string;
  /** The cluster with its keys; undefined when its objects cannot be opened. */
  readonly cluster: Cluster | undefined;
  readonly listing: ClusterListing;
  readonly needs: NeededObjects;
  /** By the object's name; the first finding about an object says most. */
  readonly findings: Map<string, Finding>;
}

export function note(check: ClusterCheck, object: string, found: Finding): void {
  if (!check.findings.has(object)) check.findings.set(object, found);
}

/**
 * Opens something with the keys at hand.
 * @returns undefined for what is of a key epoch that an old credential does not hold: that is said, and no damage
 */
export function opened<T>({ cluster, report }: ClusterCheck, open: () => T): T | undefined {
  try {
    return open();
  } catch (error) {
    if (!(error instanceof KlosetStoreError) || error.code !== 'key.epoch' || cluster?.ring.role === 'owner')
      throw error;
    report.warnings.push(`some objects were not opened: ${error.message}`);
    return undefined;
  }
}

/** Findings with the snapshots that each of them touches. */
export function problemsOf(check: ClusterCheck): CheckProblem[] {
  const { findings, needs, id } = check;
  const damaged = new Map([...findings].map(([object, found]) => [object, { found, ...parseName(object) }]));
  const ofDigest = new Map(
    [...damaged.values()].map(({ kind, id: digest, found }) => [`${kind} ${digest}`, found]),
  );
  const users = new Map(
    [...needs.neededBy(({ kind, digest }) => ofDigest.has(`${kind} ${digest}`))].map(
      ([{ kind, digest }, snapshots]) => [`${kind} ${digest}`, snapshots],
    ),
  );
  return [...damaged].flatMap(([object, { found, kind, id: name }]) => {
    // A newer version knows more kinds of notes; no snapshot needs one.
    if (kind === 'note' && found.problem === 'newer-format') {
      check.report.warnings.push(`${found.message}: it was left alone`);
      return [];
    }
    return {
      object,
      kind: kind as Exclude<ObjectKind, 'unknown'>,
      cluster: id,
      ...found,
      neededBy: kind === 'snapshot' ? [name] : (users.get(`${kind} ${name}`) ?? []),
    };
  });
}
