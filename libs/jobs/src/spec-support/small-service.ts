import { randomUUID } from 'node:crypto';
import { type Worker } from 'bullmq';
import { type BackupResult } from '../backup/backup-job.ts';
import { type JobsError } from '../errors.ts';
import { emitOutcome } from '../events/backup-outcome.ts';
import { emitEvent, emitOnce } from '../events/emit-event.ts';
import { drainWorker } from '../queues/drain-worker.ts';
import { type JobQueue, openQueue } from '../queues/open-queue.ts';
import { openWorker } from '../queues/open-worker.ts';
import { backupsQueue, REQUESTS_QUEUE } from '../queues/queue-names.ts';
import { type RedisHandle } from '../redis/connect-redis.ts';
import { writeRequestState } from '../requests/request-state.ts';
import { RESULT } from './sample-events.ts';

export interface SmallServiceOptions {
  /** What becomes of a backup. Default: a proven snapshot. */
  readonly backup?: (cluster: string) => Promise<BackupResult> | BackupResult;
  /** Is everything told on the stream? Default: yes. */
  readonly tells?: boolean;
}

const STORE = 'main';

/**
 * As much of the services as another team sees: requests become jobs, or join one that runs, or are refused (clusters
 * that begin with `no-`), and events tell of it. Nothing is read and nothing stored.
 */
export class SmallService {
  readonly #redis: RedisHandle;
  readonly #tells: boolean;
  readonly #backups: JobQueue<`backups.${string}`>;
  readonly #workers: Worker[];
  readonly #running = new Map<string, string>();
  readonly #make: (cluster: string) => Promise<BackupResult> | BackupResult;

  constructor(redis: RedisHandle, options: SmallServiceOptions = {}) {
    this.#redis = redis;
    this.#tells = options.tells ?? true;
    this.#make = options.backup ?? ((cluster) => ({ ...RESULT, cluster }));
    this.#backups = openQueue(redis, backupsQueue(STORE));
    this.#workers = [
      openWorker(redis, REQUESTS_QUEUE, ({ data }) => this.#dispatch(data.request, data.cluster)),
      openWorker(redis, backupsQueue(STORE), ({ data }) => this.#backUp(data.backup, data.cluster)),
    ];
  }

  async close(): Promise<void> {
    await Promise.all(this.#workers.map((worker) => drainWorker(worker, 1000)));
    await this.#backups.close();
  }

  async #dispatch(request: string, cluster: string): Promise<void> {
    const at = new Date().toISOString();
    if (cluster.startsWith('no-')) {
      const error = { code: 'cluster.unknown', message: `Nobody knows ${cluster}.`, advice: 'Register it.' };
      await writeRequestState(this.#redis, { state: 'refused', request, cluster, at, error });
      if (this.#tells) await emitOnce(this.#redis, 'request.refused', { request, cluster, error });
      return;
    }
    const trigger = 'queue';
    const backup = this.#running.get(cluster) ?? request;
    const joined = backup !== request;
    this.#running.set(cluster, backup);
    const accepted = { request, cluster, at, backup, store: STORE, joined } as const;
    await writeRequestState(this.#redis, { state: 'accepted', ...accepted });
    if (this.#tells) {
      const data = { backup, cluster, store: STORE, trigger, request, joined } as const;
      await emitOnce(this.#redis, 'backup.requested', data);
    }
    if (joined) return;
    const job = {
      version: 1,
      backup,
      cluster,
      store: STORE,
      trigger,
      requestedAt: at,
      step: 'read',
    } as const;
    await this.#backups.add('backup', job, { jobId: backup, attempts: 1 });
  }

  async #backUp(backup: string, cluster: string): Promise<BackupResult> {
    const of = { backup, cluster, store: STORE };
    const progress = {
      stage: 'stream',
      streamBytes: 1,
      chunks: { cut: 0, stored: 0 },
      storedBytes: 0,
    } as const;
    if (this.#tells) {
      await emitEvent(this.#redis, 'backup.started', { ...of, attempt: randomUUID() });
      await emitEvent(this.#redis, 'backup.progress', { ...of, progress });
    }
    try {
      const result = await this.#make(cluster);
      if (this.#tells) await emitOutcome(this.#redis, backup, result);
      return result;
    } catch (error) {
      const { code, message, advice } = error as JobsError;
      if (this.#tells)
        await emitOnce(this.#redis, 'backup.failed', { ...of, error: { code, message, advice } });
      throw error;
    } finally {
      this.#running.delete(cluster);
    }
  }
}
