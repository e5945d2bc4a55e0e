import { Controller, Inject } from '@nestjs/common';
import { type Principal } from '@etcd-kloset/platform';
import { ApiError } from '../api-error.ts';
import { cancelBackup } from '../backups/cancel-backup.ts';
import { findJob, type FoundJob, noSuchJob } from '../backups/find-job.ts';
import { idempotent } from '../backups/idempotent.ts';
import { listJobs } from '../backups/job-list.ts';
import { type AcceptedBackup, readJob, requestBackup } from '../backups/request-backup.ts';
import { type InputOf } from '../contract/route.ts';
import * as routes from '../contract/routes/backups.ts';
import { type JobView } from '../contract/schemas/job.ts';
import { accepted, type Answer, ok } from '../http/answer.ts';
import { Caller, Input, Operation } from '../http/operation.ts';
import { type Page } from '../http/page.ts';
import { type Parts, PARTS } from '../parts.ts';
import { addressOf } from './addresses.ts';

@Controller()
export class BackupsController {
  readonly #parts: Parts;

  constructor(@Inject(PARTS) parts: Parts) {
    this.#parts = parts;
  }

  @Operation(routes.requestBackup)
  async request(
    @Input() { params, headers, body }: InputOf<typeof routes.requestBackup>,
    @Caller() caller: Principal,
  ): Promise<Answer<AcceptedBackup>> {
    const { redis, pulse, book } = this.#parts;
    const cluster = await book.require(caller, params.cluster);
    const labels = body?.labels;
    const backup = await pulse.use(() =>
      idempotent(redis, caller, headers['idempotency-key'], ['backup', cluster.name, labels], () =>
        requestBackup(this.#parts, caller, cluster, { trigger: 'api', labels }),
      ),
    );
    return accepted(backup, { Location: addressOf.job(backup.job.id) });
  }

  @Operation(routes.listBackups)
  async listOfCluster(
    @Input() { params, query }: InputOf<typeof routes.listBackups>,
    @Caller() caller: Principal,
  ): Promise<Answer<Page<JobView>>> {
    const { name } = await this.#parts.book.require(caller, params.cluster);
    const filter = { states: query.state, isWanted: ({ cluster }: { cluster: string }) => cluster === name };
    return ok(await this.#page(filter, query));
  }

  @Operation(routes.listJobs)
  async list(
    @Input() { query }: InputOf<typeof routes.listJobs>,
    @Caller() caller: Principal,
  ): Promise<Answer<Page<JobView>>> {
    const { book } = this.#parts;
    if (caller.clusters !== undefined) await book.all();
    const isWanted = ({ cluster }: { cluster: string }): boolean =>
      (query.cluster === undefined || cluster === query.cluster) && book.maySee(caller, cluster);
    return ok(await this.#page({ states: query.state, isWanted }, query));
  }

  @Operation(routes.readJob)
  async read(
    @Input() { params }: InputOf<typeof routes.readJob>,
    @Caller() caller: Principal,
  ): Promise<Answer<JobView>> {
    return ok(await this.#view(await this.#find(caller, params.job)));
  }

  @Operation(routes.cancelJob)
  async cancel(
    @Input() { params }: InputOf<typeof routes.cancelJob>,
    @Caller() caller: Principal,
  ): Promise<Answer<JobView>> {
    const { redis, pulse } = this.#parts;
    const found = await this.#find(caller, params.job);
    await pulse.use(() => cancelBackup(redis, found));
    return accepted(await this.#view(found));
  }

  @Operation(routes.retryJob)
  async retry(
    @Input() { params }: InputOf<typeof routes.retryJob>,
    @Caller() caller: Principal,
  ): Promise<Answer<AcceptedBackup>> {
    const { book, pulse } = this.#parts;
    const { job } = await this.#find(caller, params.job);
    if (!(await pulse.use(() => job.isFailed()))) {
      throw new ApiError('job.not-failed', `The job ${job.data.backup} has not failed.`, {
        advice: 'For another backup of the cluster, use POST /v1/clusters/{cluster}/backups.',
      });
    }
    const cluster = await book.require(caller, job.data.cluster);
    const { labels, backup: retryOf } = job.data;
    const backup = await pulse.use(() =>
      requestBackup(this.#parts, caller, cluster, { trigger: 'retry', labels, retryOf }),
    );
    return accepted(backup, { Location: addressOf.job(backup.job.id) });
  }

  /** One that the key may see. */
  async #find(caller: Principal, id: string): Promise<FoundJob> {
    const { redis, pulse, queues, book } = this.#parts;
    const found = await pulse.use(() => findJob(redis, queues, id));
    if (caller.clusters !== undefined) await book.all();
    if (!book.maySee(caller, found.job.data.cluster)) throw noSuchJob(id);
    return found;
  }

  async #view(found: FoundJob): Promise<JobView> {
    const { redis, pulse } = this.#parts;
    return pulse.use(() => readJob({ redis }, found));
  }

  #page(
    filter: Parameters<typeof listJobs>[2],
    query: { readonly limit: number; readonly cursor?: string | undefined },
  ): Promise<Page<JobView>> {
    const { redis, pulse, queues } = this.#parts;
    return pulse.use(() => listJobs(redis, queues, filter, query));
  }
}
