import { open } from 'node:fs/promises';
import { clusterByName, type KeyRing, type SnapshotSummary, type Store } from '@etcd-kloset/kloset';
import { abortable, abortedOr } from '../abortable.ts';
import { PipelineError } from '../errors.ts';
import { steadyProgress, type Observer } from '../progress.ts';
import { unproven } from '../prove/judge.ts';
import { localSink } from '../sink/local-sink.ts';
import { StreamIntake, type Intake } from '../spool/stream-intake.ts';
import { abortableCluster } from '../store/abortable-store.ts';
import { readAttachmentFiles } from '../store/attachments.ts';
import { requireSaneClock } from '../store/commit.ts';
import { type PipelineThreads } from '../threads/pipeline-threads.ts';
import { commitDraft } from './commit-draft.ts';
import { backupThreads } from './draft-snapshot.ts';
import { makeDraft } from './make-draft.ts';

export interface ImportOptions extends Observer {
  readonly store: Store;
  readonly ring: KeyRing;
  readonly cluster: string;
  readonly file: string;
  /** When the file was made. Default: its modification time. */
  readonly time?: Date | undefined;
  /** For a copied database file, which has no digest behind it, as `etcdutl --skip-hash-check`. */
  readonly skipHashCheck?: boolean | undefined;
  readonly labels?: Readonly<Record<string, string>> | undefined;
  readonly attach?: readonly string[] | undefined;
  readonly spoolFolder?: string | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly now?: () => Date;
}

const READ_BYTES = 1024 * 1024;
const TRAILER_BYTES = 32;
/** Whether a file ends with a digest shows in its size, as `etcdutl` judges it too. */
const ALIGNMENT = 512;

/**
 * Stores a file made by `etcdctl snapshot save`, or a copy of a member's database.
 *
 * @throws PipelineError `import.bad-file`, `backup.no-trailer`, `backup.digest-mismatch`, `backup.spool-full`
 */
export async function importFile(options: ImportOptions): Promise<SnapshotSummary> {
  const { store, ring, skipHashCheck = false, signal, now = () => new Date() } = options;
  const { progress, note, stageDone } = options;
  const warnings: string[] = [];
  const warn = (sentence: string): void => {
    warnings.push(sentence);
    options.warn?.(sentence);
  };
  const startedAt = now();
  const cluster = abortableCluster(clusterByName(store, ring, options.cluster), signal);
  const attachments = readAttachmentFiles(options.attach ?? []);
  const threads = backupThreads();
  let intake: Intake | undefined;
  try {
    await requireSaneClock(cluster.store.storage, now);
    const taken = await takeFile(options, threads, ring.idKey(cluster.id, ring.epoch));
    intake = taken.intake;
    if (!skipHashCheck) requireDigest(intake, options.file);
    const { analysis } = intake;
    if (!analysis.decoded && analysis.foreign)
      throw badFile(`${options.file} is no database of etcd: ${analysis.reason}`);
    const storageVersion = analysis.decoded ? analysis.storageVersion : undefined;
    const sink = localSink(cluster, threads);
    const { draft, loadTable } = await makeDraft({
      progress,
      note,
      warn,
      stageDone,
      cluster,
      intake,
      sink,
      facts: {
        clusterName: options.cluster,
        time: options.time ?? taken.modified,
        source: 'file',
        etcd: { storageVersion, members: [], alarms: [] },
        revisionAtLeast: 0,
        labels: options.labels ?? {},
      },
      prove: () => Promise.resolve(unproven('it was imported from a file: there was no cluster to ask', [])),
      opaqueVerdict: (reason) => unproven(`the file was kept as it is: ${reason}`, []),
      warnings,
      attachments,
      spoolFolder: options.spoolFolder,
      startedAt,
      signal,
    });
    return await commitDraft(cluster, draft, (sequence) => sink.storedOf(sequence), {
      ...options,
      loadTable,
    });
  } catch (error) {
    throw abortedOr(error, signal);
  } finally {
    await threads.close();
    await intake?.close();
  }
}

async function takeFile(
  { file, spoolFolder, skipHashCheck, signal, ...observer }: ImportOptions,
  threads: PipelineThreads,
  idKey: Uint8Array,
): Promise<{ intake: Intake; modified: Date }> {
  const handle = await open(file, 'r').catch((cause: unknown) => {
    throw badFile(`${file} cannot be opened`, cause);
  });
  let intake: StreamIntake | undefined;
  try {
    const stat = await handle.stat();
    if (!stat.isFile()) throw badFile(`${file} is not a file`);
    if (stat.size === 0) throw badFile(`${file} is empty`);
    const trailer = stat.size % ALIGNMENT === TRAILER_BYTES;
    if (!trailer && skipHashCheck !== true) throw noTrailer(file);
    intake = StreamIntake.open({ threads, idKey, folder: spoolFolder, expected: stat.size });
    const buffer = Buffer.allocUnsafe(READ_BYTES);
    const progress = steadyProgress(observer);
    let bytes = 0;
    for (;;) {
      signal?.throwIfAborted();
      const { bytesRead } = await handle.read(buffer, 0, READ_BYTES, bytes);
      if (bytesRead === 0) break;
      bytes += bytesRead;
      await intake.write(buffer.subarray(0, bytesRead));
      progress({ stage: 'stream', bytes, expected: stat.size });
    }
    return { intake: await abortable(intake.finish(trailer), signal), modified: stat.mtime };
  } catch (error) {
    // The threads first: they use the spool file that the intake closes.
    await threads.close();
    await intake?.abort();
    throw error;
  } finally {
    await handle.close();
  }
}

function requireDigest({ trailer, sha256 }: Intake, file: string): void {
  if (trailer === undefined) throw noTrailer(file);
  if (trailer === sha256) return;
  throw new PipelineError(
    'backup.digest-mismatch',
    `${file} is damaged: its SHA-256 is ${sha256}, but it ends with ${trailer}`,
    { advice: 'Use another copy of the file; --skip-hash-check takes it as it is.' },
  );
}

function noTrailer(file: string): PipelineError {
  return new PipelineError(
    'backup.no-trailer',
    `${file} does not end with a SHA-256: it is no complete file of \`etcdctl snapshot save\``,
    {
      advice: "For a copy of a member's db file, which has none, add --skip-hash-check.",
    },
  );
}

function badFile(message: string, cause?: unknown): PipelineError {
  return new PipelineError('import.bad-file', message, {
    advice: 'Give the path of a snapshot file.',
    cause,
  });
}
