import { backupCluster, requireProof } from '@etcd-kloset/pipeline';
import { type backupOptions } from '../commands/backup.ts';
import { type Action } from '../commands/command.ts';
import { clusterOf } from '../store/cluster-of.ts';
import { etcdConnection } from '../store/etcd-connection.ts';
import { withStore } from '../store/with-store.ts';
import { UsageError } from '../usage-error.ts';
import { labelsOf, reportStored, stageClock } from './stored.ts';

export const backup: Action<typeof backupOptions> = async (invocation) => {
  const { options, sourceOf, report, signal } = invocation;
  if (options.requireProof === true && options.proof === 'none') {
    throw new UsageError('--require-proof and --proof none exclude each other.');
  }
  const labels = labelsOf(options.label);
  const clock = stageClock();
  const connection = await etcdConnection(options, sourceOf, report);
  const summary = await withStore(invocation, 'backup', async (store, ring) =>
    backupCluster({
      store,
      ring,
      cluster: clusterOf(options.cluster, ring),
      connection,
      proof: options.proof,
      labels,
      attach: options.attach,
      spoolFolder: options.spoolDir,
      stallTimeoutMs: options.stallTimeout,
      signal,
      progress: report.progress,
      note: report.note,
      stageDone: clock.stageDone,
      warn: report.warn,
    }),
  );
  const isProofRequired = options.requireProof === true;
  const exitCode = reportStored(summary, report, clock, { isProofRequired });
  if (isProofRequired && exitCode === 0) requireProof(summary);
  return exitCode;
};
