import { type BackupResult, readEvents, type RedisHandle } from '@etcd-kloset/jobs';

interface Committed {
  /** By `performance.now()`: when the event arrived. */
  readonly at: number;
  readonly result: BackupResult;
}

/** Knows when backups were committed, to the moment: it listens instead of asking again and again. */
export class BackupClock {
  readonly #done = new Map<string, PromiseWithResolvers<Committed>>();
  readonly #stop = new AbortController();
  readonly #listening: Promise<void>;

  constructor(redis: RedisHandle) {
    this.#listening = this.#listen(redis);
  }

  committed(backup: string): Promise<Committed> {
    return this.#of(backup).promise;
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#listening;
  }

  async #listen(redis: RedisHandle): Promise<void> {
    const types = ['backup.committed', 'backup.failed'] as const;
    for await (const { event } of readEvents(redis, { from: '0', types, signal: this.#stop.signal })) {
      if ('result' in event.data) {
        this.#of(event.data.backup).resolve({ at: performance.now(), result: event.data.result });
      } else if ('error' in event.data && 'backup' in event.data) {
        this.#of(event.data.backup).reject(new Error(event.data.error.message));
      }
    }
  }

  #of(backup: string): PromiseWithResolvers<Committed> {
    const known = this.#done.get(backup) ?? Promise.withResolvers<Committed>();
    this.#done.set(backup, known);
    return known;
  }
}
