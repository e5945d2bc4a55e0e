import { availableParallelism } from 'node:os';
import { connectEtcd, type EtcdClient, type EtcdConnection, type RankedMember } from '@etcd-kloset/etcd';
import {
  clusterByName,
  type Cluster,
  type KeyRing,
  type SnapshotSummary,
  type Store,
} from '@etcd-kloset/kloset';
import { abortedOr } from '../abortable.ts';
import { type SnapshotDraft } from '../draft/snapshot-draft.ts';
import { timed, type Observer } from '../progress.ts';
import { askMembers, type MemberAnswer, type ProofScope } from '../prove/ask-members.ts';
import { judge, unproven } from '../prove/judge.ts';
import { type ChunkSink } from '../sink/chunk-sink.ts';
import { abortableCluster } from '../store/abortable-store.ts';
import { readAttachmentFiles } from '../store/attachments.ts';
import { requireSaneClock } from '../store/commit.ts';
import { PipelineThreads } from '../threads/pipeline-threads.ts';
import { makeDraft, type MadeDraft } from './make-draft.ts';
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
  /** Ends whatever goes on; what was called then rejects with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
  readonly now?: () => Date;
}

/** What a sink is made with: the threads that can read the spool file, for as long as the cluster is read. */
export type MakeSink<Sink extends ChunkSink = ChunkSink> = (
  threads: PipelineThreads,
  cluster: Cluster,
) => Sink;

export interface DraftOptions extends BackupOptions {
  /** Called once, when a stream was taken in. */
  readonly makeSink: MakeSink;
}

/**
 * Reads a live cluster and gives its new rows to a sink, as chunks to be made and stored: a backup but for its
 * commit. What is small (buckets, attachments, full tables) is put into the store here. Nothing can be seen of the
 * snapshot until its draft is committed, by `commitDraft`, here or elsewhere.
 *
 * @throws EtcdError, PipelineError, KlosetStoreError, StorageError; what the sink rejects with; the signal's reason
 */
export async function draftSnapshot(options: DraftOptions): Promise<SnapshotDraft> {
  return withDraft(options, options.makeSink, ({ draft }) => Promise.resolve(draft));
}

/** What {@link withDraft} gives to whoever goes on. */
export interface Drafted<Sink extends ChunkSink> extends MadeDraft {
  readonly cluster: Cluster;
  readonly sink: Sink;
}

/** Drafts a snapshot and goes on with it, while what was opened for it is still there. */
export async function withDraft<Sink extends ChunkSink, Result>(
  options: BackupOptions,
  makeSink: MakeSink<Sink>,
  goOn: (drafted: Drafted<Sink>) => Promise<Result>,
): Promise<Result> {
  const { store, ring, connection, proof: scope = 'all', signal, now = () => new Date() } = options;
  const { progress, note, stageDone } = options;
  const warnings: string[] = [];
  const warn = (sentence: string): void => {
    warnings.push(sentence);
    options.warn?.(sentence);
  };
  const startedAt = now();
  const cluster = abortableCluster(clusterByName(store, ring, options.cluster), signal);
  const idKey = ring.idKey(cluster.id, ring.epoch);
  const attachments = readAttachmentFiles(options.attach ?? []);
  let client: EtcdClient | undefined;
  let taken: TakenStream | undefined;
  try {
    // A wrong clock, and a store that cannot be written to, are better found now than after the stream.
    await requireSaneClock(cluster.store.storage, now);
    client = await timed(options, 'connect', connectEtcd({ ...connection, signal }));
    const etcd = client;
    let answers: Promise<MemberAnswer[]> | undefined;
    let compacted: PromiseWithResolvers<number> | undefined;
    taken = await takeStream({
      client,
      idKey,
      folder: options.spoolFolder,
      makeThreads: backupThreads,
      stallTimeoutMs: options.stallTimeoutMs,
      signal,
      now,
      progress,
      note,
      warn,
      stageDone,
      onRevision: (source, revision, ranked) => {
        compacted = Promise.withResolvers<number>();
        const { promise } = compacted;
        answers = askMembers(etcd, source, ranked, revision, () => promise, scope);
        answers.catch(() => undefined);
      },
    });
    const { intake, threads, source, ranked, atLeast } = taken;
    const voters = ranked.filter(({ member }) => !member.isLearner).length;
    compacted?.resolve(intake.analysis.decoded ? intake.analysis.compactRevision : 0);
    const sink = makeSink(threads, cluster);
    const made = await makeDraft({
      cluster,
      intake,
      sink,
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
      signal,
      progress,
      note,
      warn,
      stageDone,
    });
    return await goOn({ ...made, cluster, sink });
  } catch (error) {
    throw abortedOr(error, signal);
  } finally {
    client?.close();
    await taken?.threads.close();
    await taken?.intake.close();
  }
}

/** The threads of one backup. */
export function backupThreads(): PipelineThreads {
  return new PipelineThreads(Math.max(2, Math.min(4, availableParallelism())));
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
