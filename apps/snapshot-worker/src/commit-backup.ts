import { type BackupResult, emitEventsOnce, forgetChildren, outcomeEvents } from '@etcd-kloset/jobs';
import { clusterByName } from '@etcd-kloset/kloset';
import { commitDraft, PipelineError } from '@etcd-kloset/pipeline';
import { activeTraceparent, inSpan } from '@etcd-kloset/platform';
import { backupResult } from './backup-result.ts';
import { type BackupRun } from './context.ts';
import { loadDraft } from './draft-in-staging.ts';
import { reportCommit } from './progress.ts';

/**
 * The step `commit`: every chunk is in the store, says staging; the record is written, and the store itself is asked
 * whether everything is there. What is in staging stays until the job has ended: should this worker die before that, the
 * next one commits the same snapshot again.
 */
export async function commitBackup(run: BackupRun, signal: AbortSignal): Promise<BackupResult> {
  const { job, metrics, redis, registry, staging, stores, telemetry } = run;
  const { backup, cluster: name, store: storeName } = job.data;
  const began = performance.now();
  const attributes = { 'kloset.cluster': name, 'kloset.store': storeName };
  return await inSpan(telemetry.tracer, 'commit', attributes, async () => {
    const { store, ring } = await stores.open(storeName, 'backup');
    const cluster = clusterByName(store, ring, name);
    const draft = await loadDraft(run, cluster);
    const stored = await staging.results(backup, job.data.attempt!);
    await reportCommit(run, stored);
    const summary = await commitDraft(cluster, draft, (sequence) => stored.get(sequence), {
      signal,
      warn: (sentence) => run.log.warn(sentence),
    });
    const result = backupResult(summary, storeName);
    const isRequired = (await registry.get(name))?.requireProof ?? false;
    const isFailure = isRequired && result.proof !== 'proven';
    const events = outcomeEvents(backup, result, { traceparent: activeTraceparent() });
    // A backup ends with one word: here that it failed, which its watcher says.
    await emitEventsOnce(
      redis,
      events.filter(({ type }) => !isFailure || type !== 'backup.committed'),
    );
    metrics.stageDuration.record((performance.now() - began) / 1000, { stage: 'commit' });
    if (isFailure) throw notProven(result);
    await forgetChildren(redis, job);
    return result;
  });
}

function notProven({ snapshot, proof, proofReason }: BackupResult): PipelineError {
  return new PipelineError(
    'backup.not-proven',
    `Snapshot ${snapshot} is stored, but ${proof}: ${proofReason ?? 'no reason is known'}.`,
    {
      advice: 'Its cluster is defined with requireProof; without that it counts as done.',
      context: { snapshot, proof },
    },
  );
}
