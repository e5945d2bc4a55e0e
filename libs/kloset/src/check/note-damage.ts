import { isKlosetError } from '@etcd-kloset/errors';
import { isStorageError } from '@etcd-kloset/storage';
import { KlosetStoreError } from '../errors.ts';
import { parseName } from '../format/names.ts';
import { type Cluster } from '../store/cluster.ts';
import { putNote } from '../store/notes.ts';
import { type CheckProblem, type ProblemKind } from './check-types.ts';
import { type ClusterCheck } from './cluster-check.ts';

/** What is missing a backup sees by itself; what is newer than this program may be sound. */
const NOT_NOTED: ReadonlySet<ProblemKind> = new Set(['missing', 'newer-format']);

/**
 * Writes down which needed chunks and tables are damaged, so that the next backup stores their rows again.
 * A store that takes no notes is warned of: the check has done its work.
 */
export async function noteDamage(
  { options, report }: ClusterCheck,
  cluster: Cluster,
  problems: readonly CheckProblem[],
  alreadyNoted: ReadonlySet<string>,
): Promise<void> {
  if (options.note === false) return;
  const objects = problems
    .filter(({ kind, problem }) => (kind === 'chunk' || kind === 'table') && !NOT_NOTED.has(problem))
    .filter(({ neededBy }) => neededBy.length > 0)
    .map(({ object }) => parseName(object).id)
    .filter((digest) => !alreadyNoted.has(digest));
  if (objects.length === 0) return;
  try {
    await putNote(cluster, { type: 'damaged', objects }, options.now?.() ?? new Date());
    report.noted.push(...objects);
  } catch (error) {
    if (!isStorageError(error) && !(error instanceof KlosetStoreError)) throw error;
    const why = isKlosetError(error) ? error.message : '';
    report.warnings.push(
      `what is damaged could not be written down, so the next backup will not store it again: ${why}`,
    );
  }
}
