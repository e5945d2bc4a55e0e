import {
  type BackupJob,
  type BackupResult,
  type CHUNKS_QUEUE,
  type JobQueue,
  type Staging,
} from '@etcd-kloset/jobs';
import { type Boot, type Logger } from '@etcd-kloset/platform';
import { type Job } from 'bullmq';

/** What backups are made with. */
export interface BackupContext extends Pick<
  Boot,
  'config' | 'log' | 'metrics' | 'redis' | 'registry' | 'stores' | 'telemetry'
> {
  readonly staging: Staging;
  readonly chunks: JobQueue<typeof CHUNKS_QUEUE>;
}

/** One run of a backup's job. */
export interface BackupRun extends BackupContext {
  readonly job: Job<BackupJob, BackupResult>;
  readonly token: string;
  readonly log: Logger;
}
