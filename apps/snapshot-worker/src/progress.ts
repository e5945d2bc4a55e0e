import { type BackupProgress, backupProgressSchema, emitEvent, type StoredChunk } from '@etcd-kloset/jobs';
import { type Progress } from '@etcd-kloset/pipeline';
import { type BackupRun } from './context.ts';

const TELL_EACH_MS = 1000;

/** Tells about once a second how far a backup is, in its job and as an event. */
export interface ProgressReporter {
  observe(progress: Progress): void;
  cut(): void;
  stored(chunk: StoredChunk): void;
  stage(stage: BackupProgress['stage']): void;
  /** Tells the last of it, and no more. */
  end(): Promise<void>;
}

export function reportProgress(run: BackupRun): ProgressReporter {
  const chunks = { cut: 0, stored: 0 };
  let now: BackupProgress = { stage: 'connect', streamBytes: 0, chunks, storedBytes: 0 };
  let told: BackupProgress | undefined;
  let telling = Promise.resolve();

  const tell = async (): Promise<void> => {
    if (now === told) return;
    told = now;
    await tellProgress(run, { ...now, chunks: { ...chunks } });
  };
  const timer = setInterval(() => {
    telling = telling.then(tell);
  }, TELL_EACH_MS);
  const become = (change: Partial<BackupProgress>): void => {
    now = { ...now, ...change };
  };
  return {
    observe: (progress) => {
      if (progress.stage === 'stream') {
        become({ stage: 'stream', streamBytes: progress.bytes, expectedBytes: progress.expected });
      } else if (progress.stage === 'store') {
        become({ stage: 'store', rows: { new: progress.newRows, known: progress.knownRows } });
      }
    },
    cut: () => {
      chunks.cut++;
      become({});
    },
    stored: ({ size }) => {
      chunks.stored++;
      become({ storedBytes: now.storedBytes + size });
    },
    stage: (stage) => become({ stage }),
    end: async () => {
      clearInterval(timer);
      await telling.then(tell);
    },
  };
}

/** Tells that a backup whose chunks are all in the store is being committed. */
export async function reportCommit(run: BackupRun, stored: ReadonlyMap<number, StoredChunk>): Promise<void> {
  const { data: before } = backupProgressSchema.safeParse(run.job.progress);
  if (before === undefined) return;
  const storedBytes = [...stored.values()].reduce((sum, { size }) => sum + size, 0);
  const chunks = { ...before.chunks, stored: stored.size };
  await tellProgress(run, { ...before, stage: 'commit', chunks, storedBytes });
}

async function tellProgress({ job, log, redis }: BackupRun, progress: BackupProgress): Promise<void> {
  const { backup, cluster, store } = job.data;
  try {
    await job.updateProgress(progress);
    await emitEvent(redis, 'backup.progress', { backup, cluster, store, progress });
  } catch (error) {
    // Nobody's backup fails for that.
    log.debug('Progress could not be told.', { error });
  }
}
