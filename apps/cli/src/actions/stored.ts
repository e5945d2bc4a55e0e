import { encryptionNotes, type TimedStage } from '@etcd-kloset/pipeline';
import { type SnapshotSummary } from '@etcd-kloset/kloset';
import { type ExitCode } from '../commands/command.ts';
import { snapshotDocument } from '../output/documents.ts';
import { type Report } from '../output/report.ts';
import { storedText } from '../output/snapshot-text.ts';
import { UsageError } from '../usage-error.ts';

/** How long the stages took, in milliseconds; they overlap. */
export interface StageClock {
  readonly stages: Partial<Record<TimedStage, number>>;
  readonly stageDone: (stage: TimedStage, milliseconds: number) => void;
}

export function stageClock(): StageClock {
  const stages: Partial<Record<TimedStage, number>> = {};
  return {
    stages,
    stageDone(stage, milliseconds) {
      stages[stage] = Math.round(milliseconds);
    },
  };
}

/**
 * Tells what was stored, and what its proof is worth.
 *
 * @param options.isProofRequired an error will tell of what is not proven
 */
export function reportStored(
  summary: SnapshotSummary,
  report: Report,
  { stages }: StageClock,
  { isProofRequired = false }: { readonly isProofRequired?: boolean } = {},
): ExitCode {
  for (const note of encryptionNotes(summary)) {
    const kept = summary.attachments.length > 0 ? '' : ' (--attach keeps the file with the snapshot)';
    report.note(`${note}${kept}`);
  }
  report.answer({ ...snapshotDocument(summary), stages }, () => storedText(summary));
  if (summary.proof === 'mismatch') {
    report.shout([
      `The members of ${summary.cluster} do not agree: this cluster is corrupt.`,
      summary.proofReason ?? '',
      `Snapshot ${summary.id} is stored as the member it was read from has it, and that one may be wrong.`,
      'Keep older snapshots. Compare the members (etcdctl endpoint hashkv --cluster): one that differs from all others is',
      'most likely the wrong one. Look at the data before you replace a member.',
    ]);
    return 3;
  }
  if (summary.proof === 'unproven' && summary.source === 'cluster' && !isProofRequired) {
    report.warn(`snapshot ${summary.id} is not proven: ${summary.proofReason ?? 'no reason is known'}`);
  }
  return 0;
}

/** @throws UsageError when a label is given twice with different values */
export function labelsOf(pairs: readonly (readonly [string, string])[]): Record<string, string> {
  const labels: Record<string, string> = {};
  for (const [key, value] of pairs) {
    if (Object.hasOwn(labels, key) && labels[key] !== value) {
      throw new UsageError(`The label ${key} is given twice, with different values.`, 'Give it once.');
    }
    labels[key] = value;
  }
  return labels;
}
