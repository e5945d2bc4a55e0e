import { type BackupResult, type CloudEvent, readEvents, type RedisHandle } from '@etcd-kloset/jobs';
import { type JobAnswer } from './ask-api.ts';
import { type Loss } from './power-loss.ts';

/** A request for a backup that was said to be taken. */
export interface Accepted {
  /** Of the request, or of its backup: the API takes both. */
  readonly id: string;
  readonly cluster: string;
  readonly via: 'api' | 'queue' | 'schedule';
  /** When it was asked for, and when that was answered. */
  readonly sentAt: number;
  readonly answeredAt: number;
}

export type Outcome =
  | { readonly state: 'committed' | 'failed' | 'cancelled'; readonly backup: string; readonly code?: string }
  /** With the last second of a Redis that lost power. */
  | { readonly state: 'lost' };

/** A snapshot that somebody was told of. */
export interface Reported {
  readonly snapshot: string;
  readonly cluster: string;
  readonly store: string;
  readonly proof: string;
  readonly revision: number;
}

/** Remembers all that was promised. */
export class Ledger {
  readonly accepted = new Map<string, Accepted>();
  readonly outcomes = new Map<string, Outcome>();
  readonly reported = new Map<string, Reported>();
  readonly losses: Loss[] = [];
  /** Backups whose end was told by an event. */
  readonly told = new Set<string>();
  /** Those who follow a request, and how often that ended. */
  readonly following = new Map<string, Promise<void>>();
  /** By backup: each time its cluster was read. */
  readonly reads = new Map<string, Set<string>>();
  lastScheduledAt = 0;

  accept(accepted: Accepted): void {
    if (!this.accepted.has(accepted.id)) this.accepted.set(accepted.id, accepted);
  }

  /** Backups that were hit while their cluster was read. */
  get readAgain(): number {
    return [...this.reads.values()].filter(({ size }) => size > 1).length;
  }

  get unresolved(): Accepted[] {
    return [...this.accepted.values()].filter(({ id }) => !this.outcomes.has(id));
  }

  report({ snapshot, cluster, store, proof, revision }: BackupResult): void {
    this.reported.set(snapshot, { snapshot, cluster, store, proof, revision });
  }

  /** What the API says of a request. @returns whether it has ended */
  resolve(id: string, job: JobAnswer): boolean {
    if (job.state !== 'committed' && job.state !== 'failed' && job.state !== 'cancelled') return false;
    if (job.state === 'committed') this.report(job.result!);
    const { code } = job.error ?? {};
    if (job.state !== 'committed' && code === undefined)
      throw new Error(`job ${job.id} failed without a code`);
    this.outcomes.set(id, { state: job.state, backup: job.id, ...(code === undefined ? {} : { code }) });
    return true;
  }

  mayBeLost({ sentAt, answeredAt }: Pick<Accepted, 'sentAt' | 'answeredAt'>): boolean {
    return this.losses.some(({ from, to }) => sentAt <= to && answeredAt >= from);
  }

  /** Reads all events, as long as the signal lets it. */
  async listen(redis: RedisHandle, signal: AbortSignal): Promise<void> {
    for await (const { event } of readEvents(redis, { from: '0', signal })) this.#take(event);
  }

  #take(event: CloudEvent): void {
    if (is(event, 'backup.requested')) {
      const at = Date.parse(event.time);
      const { request, cluster, trigger } = event.data;
      if (trigger !== 'schedule' && trigger !== 'catch-up') return;
      this.lastScheduledAt = Math.max(this.lastScheduledAt, at);
      this.accept({ id: request, cluster, via: 'schedule', sentAt: at, answeredAt: at });
    } else if (is(event, 'backup.started')) {
      const { backup, attempt } = event.data;
      const attempts = this.reads.get(backup) ?? new Set();
      this.reads.set(backup, attempts.add(attempt));
    } else if (is(event, 'backup.committed')) {
      this.report(event.data.result);
      this.told.add(event.data.backup);
    } else if (is(event, 'backup.failed')) this.told.add(event.data.backup);
  }
}

function is<Type extends CloudEvent['type']>(event: CloudEvent, type: Type): event is CloudEvent<Type> {
  return event.type === type;
}
