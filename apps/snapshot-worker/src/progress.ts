import { type BackupProgress, emitEvent, type StoredChunk } from '@etcd-kloset/jobs';
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

export function reportProgress({ job, log, redis }: BackupRun): ProgressReporter {
  const { backup, cluster, store } = job.data;
  const chunks = { cut: 0, stored: 0 };
  let now: BackupProgress = { stage: 'connect', streamBytes: 0, chunks, storedBytes: 0 };
  let told: BackupProgress | undefined;
  let telling = Promise.resolve();

  const tell = async (): Promise<void> => {
    if (now === told) return;
    told = now;
    const progress = { ...now, chunks: { ...chunks } };
    try {
      await job.updateProgress(progress);
      await emitEvent(redis, 'backup.progress', { backup, cluster, store, progress });
    } catch (error) {
      // Nobody's backup fails for that.
      log.debug('Progress could not be told.', { error });
    }
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
