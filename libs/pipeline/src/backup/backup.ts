import { availableParallelism } from 'node:os';
import { connectEtcd, type EtcdClient, type EtcdConnection, type RankedMember } from '@etcd-kloset/etcd';
import { clusterByName, type KeyRing, type SnapshotSummary, type Store } from '@etcd-kloset/kloset';
import { PipelineError } from '../errors.ts';
import { timed, type Observer } from '../progress.ts';
import { askMembers, type MemberAnswer, type ProofScope } from '../prove/ask-members.ts';
import { judge, unproven } from '../prove/judge.ts';
import { requireSaneClock } from '../store/commit.ts';
import { readAttachmentFiles } from '../store/attachments.ts';
import { PipelineThreads } from '../threads/pipeline-threads.ts';
import { storeSnapshot } from './store-snapshot.ts';
import { nameOf, takeStream, type TakenStream } from './take-stream.ts';

export interface BackupOptions extends Observer {
  readonly store: Store;
  /** A writer's or the owner's. */
  readonly ring: KeyRing;
  /** The name the cluster has in the store. */
  readonly cluster: string;
  readonly connection: EtcdConnection;
  /** Who is asked for a HashKV. Default: all voters. */
  readonly proof?: ProofScope | undefined;
  readonly labels?: Readonly<Record<string, string>> | undefined;
  /** Files and folders to keep with the snapshot. */
  readonly attach?: readonly string[] | undefined;
  /** Folder for the spool file. Default: the system's for temporary files. */
  readonly spoolFolder?: string | undefined;
  readonly stallTimeoutMs?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly now?: () => Date;
}

/**
 * Backs a live cluster up: one member's stream, its new rows sealed into the store, proven against the
 * cluster's own hashes, acknowledged when everything is seen to be there.
 *
 * A result with `proof: 'mismatch'` or `'unproven'` is a stored snapshot; what to make of it is the caller's.
 *
 * @throws EtcdError, PipelineError, KlosetStoreError, StorageError
 */
export async function backupCluster(options: BackupOptions): Promise<SnapshotSummary> {
  const { store, ring, connection, proof: scope = 'all', now = () => new Date() } = options;
  const { progress, note, stageDone } = options;
  const warnings: string[] = [];
  const warn = (sentence: string): void => {
    warnings.push(sentence);
    options.warn?.(sentence);
  };
  const startedAt = now();
  const cluster = clusterByName(store, ring, options.cluster);
  const idKey = ring.idKey(cluster.id, ring.epoch);
  const attachments = readAttachmentFiles(options.attach ?? []);
  // A wrong clock, and a store that cannot be written to, are better found now than after the stream.
  await requireSaneClock(store.storage, now);
  const client = await timed(options, 'connect', connectEtcd({ ...connection, signal: options.signal }));
  let taken: TakenStream | undefined;
  try {
    let answers: Promise<MemberAnswer[]> | undefined;
    let compacted: PromiseWithResolvers<number> | undefined;
    taken = await takeStream({
      client,
      idKey,
      folder: options.spoolFolder,
      makeThreads: () => new PipelineThreads(Math.max(2, Math.min(4, availableParallelism()))),
      stallTimeoutMs: options.stallTimeoutMs,
      signal: options.signal,
      now,
      progress,
      note,
      warn,
      stageDone,
      onRevision: (source, revision, ranked) => {
        compacted = Promise.withResolvers<number>();
        const { promise } = compacted;
        answers = askMembers(client, source, ranked, revision, () => promise, scope);
        answers.catch(() => undefined);
      },
    });
    const { intake, threads, source, ranked, atLeast } = taken;
    const voters = ranked.filter(({ member }) => !member.isLearner).length;
    compacted?.resolve(intake.analysis.decoded ? intake.analysis.compactRevision : 0);
    return await storeSnapshot({
      cluster,
      intake,
      threads,
      facts: {
        clusterName: options.cluster,
        time: taken.time,
        source: 'cluster',
        etcd: describeSource(client, source, ranked),
        revisionAtLeast: Number(atLeast ?? 0n),
        labels: options.labels ?? {},
      },
      prove: async (rows, file) =>
        judge((await answers) ?? [], {
          rows,
          revision: file.revision,
          compactRevision: file.compactRevision,
          voters,
          scope,
        }),
      opaqueVerdict: (reason, hashes) => unproven(`the database was kept as it is: ${reason}`, hashes),
      warnings,
      attachments,
      spoolFolder: options.spoolFolder,
      startedAt,
      now,
      signal: options.signal,
      progress,
      note,
      warn,
      stageDone,
    });
  } finally {
    client.close();
    await taken?.threads.close();
    await taken?.intake.close();
  }
}

function describeSource(
  client: EtcdClient,
  { member, status }: RankedMember,
  ranked: readonly RankedMember[],
): SnapshotSummary['etcd'] {
  return {
    clusterId: client.clusterId,
    member: nameOf(member),
    memberId: member.id,
    endpoint: status?.endpoint,
    version: status?.version,
    storageVersion: status?.storageVersion === '' ? undefined : status?.storageVersion,
    members: ranked.map(({ member: { id, name, isLearner, peerUrls } }) => ({
      id,
      name,
      learner: isLearner,
      peerUrls: [...peerUrls],
    })),
    alarms: ranked.flatMap(({ member: { id }, alarms }) => alarms.map((alarm) => ({ memberId: id, alarm }))),
  };
}

/** @throws PipelineError `backup.not-proven` unless the snapshot is proven. */
export function requireProof(summary: SnapshotSummary): void {
  if (summary.proof === 'proven') return;
  throw new PipelineError(
    'backup.not-proven',
    `snapshot ${summary.id} is stored, but ${summary.proof}: ${summary.proofReason ?? 'no reason is known'}`,
    {
      advice: 'Without --require-proof it counts as done.',
      context: { snapshot: summary.id, proof: summary.proof },
    },
  );
}
