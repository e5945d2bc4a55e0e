import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  type BackupJob,
  backupProgressSchema,
  type BackupProgress,
  type BackupResult,
  backupsQueue,
  failureOf,
  type JobQueue,
  openQueue,
} from '@etcd-kloset/jobs';
import { type Job } from 'bullmq';
import { type TestSystem } from './test-system.ts';

const LOOK_EACH_MS = 25;

/** A backup's job as the API's dispatcher puts it into its queue. */
export class QueuedBackup {
  readonly id = randomUUID();
  readonly #system: TestSystem;
  readonly #store: string;
  readonly #queue: JobQueue<ReturnType<typeof backupsQueue>>;

  private constructor(system: TestSystem, store: string) {
    this.#system = system;
    this.#store = store;
    this.#queue = openQueue(system.redis, backupsQueue(store));
  }

  static async add(system: TestSystem, cluster: string, store: string): Promise<QueuedBackup> {
    const backup = new QueuedBackup(system, store);
    const data: BackupJob = {
      version: 1,
      backup: backup.id,
      cluster,
      store,
      trigger: 'api',
      requestedAt: new Date().toISOString(),
      step: 'read',
    };
    await backup.#queue.add('backup', data, { jobId: backup.id });
    return backup;
  }

  async job(): Promise<Job<BackupJob, BackupResult>> {
    return (await this.#queue.getJob(this.id)) as Job<BackupJob, BackupResult>;
  }

  /** Its result; rejects with what it failed with. */
  async result(): Promise<BackupResult> {
    for (;;) {
      const state = await (await this.job()).getState();
      if (state === 'completed') return (await this.job()).returnvalue;
      if (state === 'failed') {
        const { code, message } = (await failureOf(this.#system.redis, await this.job()))!;
        throw new Error(`the backup ${this.id} into ${this.#store} failed: [${code}] ${message}`);
      }
      await sleep(LOOK_EACH_MS);
    }
  }

  /** Waits until its job is so; rejects when it has ended before. */
  async until(fits: (job: Job<BackupJob>, state: string) => boolean | Promise<boolean>): Promise<void> {
    for (;;) {
      const job = await this.job();
      const state = await job.getState();
      if (await fits(job, state)) return;
      if (state === 'completed' || state === 'failed') {
        throw new Error(`the backup has ${state} too early: ${job.failedReason}`);
      }
      await sleep(LOOK_EACH_MS);
    }
  }

  async progress(): Promise<BackupProgress | undefined> {
    return backupProgressSchema.safeParse((await this.job()).progress).data;
  }

  async close(): Promise<void> {
    await this.#queue.close();
  }
}
