import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { isJobsError, type RedisHandle, requestBackup, waitForBackup } from '@etcd-kloset/jobs';
import { type EtcdClient } from '@etcd-kloset/testing';
import { askApi, type JobAnswer, type Replicas } from './ask-api.ts';
import { type Ledger } from './ledger.ts';
import { type Random } from './random.ts';

export interface TrafficOptions {
  readonly ledger: Ledger;
  readonly random: Random;
  readonly api: Replicas;
  readonly redis: RedisHandle;
  /** What may be asked for at the moment. */
  readonly clusters: () => readonly string[];
  readonly etcds: readonly EtcdClient[];
}

const TEAMS = 5;
const PUT_PATIENCE_MS = 2000;

/** Teams that ask for backups, over the API and through the queue, change their minds, and write into the clusters meanwhile. */
export class Traffic {
  readonly #options: TrafficOptions;
  readonly #gaveUp = new AbortController();
  #running: { readonly stop: AbortController; readonly teams: Promise<unknown> } | undefined;

  constructor(options: TrafficOptions) {
    this.#options = options;
  }

  start(): void {
    const stop = new AbortController();
    const { signal } = stop;
    const teams = Promise.all([
      ...Array.from({ length: TEAMS }, () => this.#team(signal)),
      ...this.#options.etcds.map((etcd) => this.#write(etcd, signal)),
    ]);
    // Awaited when it stops.
    teams.catch(() => undefined);
    this.#running = { stop, teams };
  }

  /** Resolves when all that was asked is answered. */
  async stop(): Promise<void> {
    this.#running?.stop.abort();
    await this.#running?.teams;
    this.#running = undefined;
  }

  /** Ends at once, whatever is unanswered. */
  async giveUp(): Promise<void> {
    this.#gaveUp.abort(new Error('given up'));
    await this.stop().catch(() => undefined);
  }

  async #team(signal: AbortSignal): Promise<void> {
    const { random, clusters } = this.#options;
    while (!signal.aborted) {
      const cluster = random.pick(clusters());
      const id = random.chance(0.5) ? await this.#overApi(cluster) : await this.#throughQueue(cluster);
      if (random.chance(0.05)) {
        await pause(random.between(0, 3000), signal);
        await this.#cancel(id);
      }
      await pause(random.between(100, 1500), signal);
    }
  }

  async #overApi(cluster: string): Promise<string> {
    const { api, ledger } = this.#options;
    const { status, body, sentAt, answeredAt } = await askApi<{ job: JobAnswer }>(
      api,
      'POST',
      `/v1/clusters/${cluster}/backups`,
      { idempotencyKey: randomUUID(), signal: this.#gaveUp.signal },
    );
    if (status !== 202) throw new Error(`a backup was answered with ${status}: ${JSON.stringify(body)}`);
    ledger.accept({ id: body.job.id, cluster, via: 'api', sentAt, answeredAt });
    return body.job.id;
  }

  /** The same request again until Redis has it, and followed from then on. */
  async #throughQueue(cluster: string): Promise<string> {
    const { redis, ledger } = this.#options;
    const request = randomUUID();
    for (;;) {
      this.#gaveUp.signal.throwIfAborted();
      const sentAt = Date.now();
      try {
        await requestBackup(redis, { cluster, request, requestedBy: 'a team' });
        ledger.accept({ id: request, cluster, via: 'queue', sentAt, answeredAt: Date.now() });
        break;
      } catch (error) {
        if (!isJobsError(error) || !error.retryable) throw error;
      }
    }
    ledger.following.set(request, this.#follow(request));
    return request;
  }

  async #follow(request: string): Promise<void> {
    const { redis, ledger } = this.#options;
    try {
      ledger.report(await waitForBackup(redis, request, { signal: this.#gaveUp.signal }));
    } catch (error) {
      if (!isJobsError(error)) throw error;
      const accepted = ledger.accepted.get(request)!;
      if ((error.code as string) === 'request.unknown' && !ledger.mayBeLost(accepted)) {
        throw new Error(`the request ${request} is lost, who followed it was told`, { cause: error });
      }
    }
  }

  async #cancel(id: string): Promise<void> {
    await askApi(this.#options.api, 'POST', `/v1/jobs/${id}/cancel`, { signal: this.#gaveUp.signal });
  }

  /** New rows, as many as the members allow. */
  async #write(etcd: EtcdClient, signal: AbortSignal): Promise<void> {
    const { random } = this.#options;
    while (!signal.aborted) {
      const key = `/registry/configmaps/default/chaos-${Math.floor(random.between(0, 500))}`;
      const value = `${random.next()} `.repeat(Math.floor(random.between(20, 400)));
      const put = etcd.put(key, value).catch(() => undefined);
      // A member that is frozen answers later.
      await Promise.race([put, sleep(PUT_PATIENCE_MS, undefined, { ref: false })]);
      await pause(random.between(50, 150), signal);
    }
  }
}

async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await sleep(ms, undefined, { signal }).catch(() => undefined);
}
