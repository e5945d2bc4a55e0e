import { chooseMembers, EtcdError, type EtcdClient, type Member, type RankedMember } from '@etcd-kloset/etcd';
import { abortable } from '../abortable.ts';
import { PipelineError } from '../errors.ts';
import { steadyProgress, timed, type Observer } from '../progress.ts';
import { StreamIntake, type Intake, type IntakeOptions } from '../spool/stream-intake.ts';
import { type PipelineThreads } from '../threads/pipeline-threads.ts';

/** A member's stream, taken in and verified, with who was asked and what was found. */
export interface TakenStream {
  readonly intake: Intake;
  /** They made the scan and can make the chunks; the caller closes them. */
  readonly threads: PipelineThreads;
  readonly source: RankedMember;
  readonly ranked: readonly RankedMember[];
  /** The revision that the cluster had, by quorum, before the stream began; undefined without a quorum. */
  readonly atLeast: bigint | undefined;
  /** When the stream was asked for: the snapshot is at least as new. */
  readonly time: Date;
}

export interface TakeStreamOptions
  extends Omit<IntakeOptions, 'threads' | 'expected' | 'onRevision'>, Observer {
  readonly client: EtcdClient;
  readonly makeThreads: () => PipelineThreads;
  readonly stallTimeoutMs?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly now: () => Date;
  /** Told which member is read and what revision its file has, as soon as that is known. */
  readonly onRevision: (source: Member, revision: number, ranked: readonly RankedMember[]) => void;
}

/**
 * Reads the best member's stream into the spool. When a member fails, in mid-stream too, or turns out to be
 * behind, the next one is read, from the beginning.
 *
 * @throws PipelineError `backup.no-member`; what made the only candidate fail; EtcdError
 */
export async function takeStream(options: TakeStreamOptions): Promise<TakenStream> {
  const { client, warn, note } = options;
  const [atLeast, ranked] = await Promise.all([quorumRevision(client, warn), chooseMembers(client)]);
  for (const { member, excluded } of ranked) {
    if (excluded !== undefined) warn?.(`member ${nameOf(member)} is left out: ${excluded}`);
  }
  const candidates = ranked.filter(({ excluded }) => excluded === undefined);
  const failures: unknown[] = [];
  for (const source of candidates) {
    note?.(`reading member ${nameOf(source.member)} at ${source.status!.endpoint}`);
    const time = options.now();
    try {
      const { intake, threads } = await readMember(options, source, ranked, atLeast);
      for (const warning of source.warnings) warn?.(`member ${nameOf(source.member)}: ${warning}`);
      return { intake, threads, source, ranked, atLeast, time };
    } catch (error) {
      if (!isMembersFault(error)) throw error;
      failures.push(error);
      warn?.(`member ${nameOf(source.member)} could not be read: ${(error as Error).message}`);
    }
  }
  if (failures.length === 1 && candidates.length === 1) throw failures[0];
  throw new PipelineError('backup.no-member', 'no member of the cluster could be read', {
    advice: 'See above what happened to each of them.',
    retryable: true,
    cause: failures[0],
  });
}

export function nameOf({ name, id }: Member): string {
  return name === '' ? id : name;
}

/** Without a quorum there is still something to save, but nobody can say how new it is. */
async function quorumRevision(client: EtcdClient, warn: Observer['warn']): Promise<bigint | undefined> {
  try {
    return await client.linearizableRevision();
  } catch (error) {
    const inTheWay: readonly string[] = ['etcd.no-leader', 'etcd.timeout', 'etcd.unreachable'];
    if (!(error instanceof EtcdError) || !inTheWay.includes(error.code)) throw error;
    warn?.(`the cluster has no quorum: the snapshot may be older than the newest write (${error.message})`);
    return undefined;
  }
}

async function readMember(
  options: TakeStreamOptions,
  { member, status }: RankedMember,
  ranked: readonly RankedMember[],
  atLeast: bigint | undefined,
): Promise<Pick<TakenStream, 'intake' | 'threads'>> {
  const { client, signal, stallTimeoutMs } = options;
  const progress = steadyProgress(options);
  const threads = options.makeThreads();
  let intake: StreamIntake | undefined;
  try {
    intake = StreamIntake.open({
      threads,
      idKey: options.idKey,
      folder: options.folder,
      expected: status?.dbSize,
      onRevision: (revision) => {
        options.onRevision(member, revision, ranked);
      },
    });
    const { write } = bound(intake);
    let bytes = 0;
    let expected = status?.dbSize;
    const streaming = client.snapshot(
      member,
      (blob) => {
        bytes += blob.length;
        progress({ stage: 'stream', bytes, expected });
        return write(blob);
      },
      {
        signal,
        stallTimeoutMs,
        onStart: (start) => {
          expected = start.bytes;
        },
      },
    );
    await timed(options, 'stream', streaming);
    const taken = await timed(options, 'walk', abortable(intake.finish(true), signal));
    verify(taken, member, atLeast);
    return { intake: taken, threads };
  } catch (error) {
    // The threads first: they use the spool file that the intake closes.
    await threads.close();
    await intake?.abort();
    throw error;
  }
}

function bound(intake: StreamIntake): { write: (blob: Uint8Array) => void | Promise<void> } {
  return { write: (blob) => intake.write(blob) };
}

/** What etcdctl leaves out: the digest is computed again, and the revision held against the cluster's. */
function verify({ sha256, trailer, analysis }: Intake, member: Member, atLeast: bigint | undefined): void {
  if (trailer === undefined) {
    throw new PipelineError('backup.empty-stream', `member ${nameOf(member)} sent no database`, {
      retryable: true,
    });
  }
  if (trailer !== sha256) {
    throw new PipelineError(
      'backup.digest-mismatch',
      `the stream of member ${nameOf(member)} was damaged on its way: its SHA-256 is ${sha256}, the member says ${trailer}`,
      { retryable: true },
    );
  }
  // A cluster that nothing was ever written to is at revision 1, and has no row to show it.
  if (analysis.decoded && atLeast !== undefined && BigInt(Math.max(1, analysis.revision)) < atLeast) {
    throw new PipelineError(
      'backup.behind',
      `member ${nameOf(member)} is behind: it sent revision ${analysis.revision}, the cluster was at ${atLeast.toString()} before`,
      { retryable: true },
    );
  }
}

/** Another member may do better: everything but what is ours (the spool, the store) or the user's to mend. */
function isMembersFault(error: unknown): boolean {
  if (error instanceof EtcdError)
    return error.code !== 'etcd.cancelled' && error.code !== 'etcd.permission-denied';
  return (
    error instanceof PipelineError &&
    (error.code === 'backup.digest-mismatch' ||
      error.code === 'backup.behind' ||
      error.code === 'backup.empty-stream')
  );
}
