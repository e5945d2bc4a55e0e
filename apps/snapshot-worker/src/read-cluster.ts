import { addChild, emitOnce } from '@etcd-kloset/jobs';
import { clusterByName } from '@etcd-kloset/kloset';
import { draftSnapshot, type SnapshotDraft } from '@etcd-kloset/pipeline';
import {
  activeTraceparent,
  connectionOf,
  fanOut,
  inSpan,
  type OpenedStore,
  PlatformError,
  type RegisteredCluster,
} from '@etcd-kloset/platform';
import { type BackupRun } from './context.ts';
import { stageDraft } from './draft-in-staging.ts';
import { type ProgressReporter, reportProgress } from './progress.ts';
import { remoteSink } from './remote-sink.ts';

/**
 * The step `read`: the cluster's stream goes into the spool as fast as etcd gives it; its new rows go on as chunks, as
 * fast as staging has room; the draft of the snapshot waits in staging for the step `commit`.
 */
export async function readCluster(run: BackupRun, signal: AbortSignal): Promise<void> {
  const { job, metrics, redis, stores, telemetry } = run;
  const { backup, attempt, cluster, store } = job.data;
  const began = performance.now();
  const started = { backup, attempt: attempt!, cluster, store };
  await emitOnce(redis, 'backup.started', started, { traceparent: activeTraceparent() });
  const definition = await definitionOf(run);
  const opened = await stores.open(store, 'backup');
  const progress = reportProgress(run);
  // Nobody listens for chunks any more when this has ended, however it does.
  const ended = new AbortController();
  const whileReading = AbortSignal.any([signal, ended.signal]);
  try {
    await inSpan(telemetry.tracer, 'read', { 'kloset.cluster': cluster, 'kloset.store': store }, async () => {
      const draft = await draftOf(run, definition, opened, progress, whileReading);
      progress.stage('wait');
      await stageDraft(run, clusterByName(opened.store, opened.ring, cluster), draft, signal);
      metrics.streamBytes.add(draft.summary.bytes.stream);
      metrics.rows.add(draft.summary.rows.new, { kind: 'new' });
      metrics.rows.add(draft.summary.rows.total - draft.summary.rows.new, { kind: 'known' });
    });
  } finally {
    ended.abort();
    await progress.end();
  }
  metrics.stageDuration.record((performance.now() - began) / 1000, { stage: 'read' });
}

async function definitionOf({ job, registry }: BackupRun): Promise<RegisteredCluster> {
  const { cluster } = job.data;
  const definition = await registry.get(cluster);
  if (definition !== undefined) return definition;
  throw new PlatformError('cluster.unknown', `There is no cluster ${JSON.stringify(cluster)} any more.`, {
    advice: 'It was removed since its backup was asked for.',
  });
}

async function draftOf(
  run: BackupRun,
  definition: RegisteredCluster,
  { store, ring }: OpenedStore,
  progress: ProgressReporter,
  signal: AbortSignal,
): Promise<SnapshotDraft> {
  const { chunks, config, job, log, staging } = run;
  const { backup, attempt } = job.data;
  const { limits, secrets } = config;
  const parent = { id: job.id!, queue: job.queueQualifiedName };
  return await draftSnapshot({
    store,
    ring,
    cluster: definition.name,
    connection: await connectionOf(definition, secrets.folder, {
      onWarning: (sentence) => log.warn(sentence),
    }),
    proof: definition.proof,
    labels: { ...definition.labels, ...job.data.labels },
    attach: definition.attach,
    spoolFolder: limits.spoolFolder,
    stallTimeoutMs: limits.stallTimeoutMs,
    signal,
    progress: (now) => progress.observe(now),
    note: (sentence) => log.debug(sentence),
    warn: (sentence) => log.warn(sentence),
    makeSink: (threads, cluster) =>
      remoteSink({
        staging,
        attempt: { backup, attempt: attempt! },
        store: job.data.store,
        cluster,
        threads,
        signal,
        onCut: () => progress.cut(),
        onStored: (chunk) => progress.stored(chunk),
        // One id for each chunk of an attempt; the first ones are part of this trace, the others link to it.
        addSealJob: (seal) =>
          fanOut(seal.chunk.sequence, () =>
            addChild(parent, chunks, seal, { jobId: `${seal.chunk.attempt}-${seal.chunk.sequence}` }),
          ),
      }),
  });
}
