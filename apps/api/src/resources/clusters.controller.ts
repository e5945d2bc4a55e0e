import { Controller, Inject } from '@nestjs/common';
import { type Principal } from '@etcd-kloset/platform';
import { type ClusterView } from '../contract/schemas/cluster.ts';
import { type InputOf } from '../contract/route.ts';
import * as routes from '../contract/routes/clusters.ts';
import { labelsOf } from '../contract/schemas/query.ts';
import { changeCluster } from '../clusters/change-cluster.ts';
import { probeView } from '../clusters/probe.ts';
import { removeCluster } from '../clusters/remove-cluster.ts';
import { viewOfCluster } from '../clusters/cluster-view.ts';
import { type Answer, created, noContent, ok } from '../http/answer.ts';
import { Caller, Input, Operation } from '../http/operation.ts';
import { type Page, pageOfSorted } from '../http/page.ts';
import { type Parts, PARTS } from '../parts.ts';
import { addressOf } from './addresses.ts';

@Controller()
export class ClustersController {
  readonly #parts: Parts;

  constructor(@Inject(PARTS) parts: Parts) {
    this.#parts = parts;
  }

  @Operation(routes.listClusters)
  async list(
    @Input() { query }: InputOf<typeof routes.listClusters>,
    @Caller() caller: Principal,
  ): Promise<Answer<Page<ClusterView>>> {
    const wanted = labelsOf(query.label);
    const clusters = (await this.#parts.book.visible(caller)).filter(
      ({ store, labels }) =>
        (query.store === undefined || store === query.store) &&
        wanted.every(([name, value]) => Object.hasOwn(labels, name) && labels[name] === value),
    );
    const page = pageOfSorted(clusters, ({ name }) => name, query);
    const now = new Date();
    const items = await Promise.all(
      page.items.map((cluster) => viewOfCluster(this.#parts, caller, cluster, now)),
    );
    return ok({ ...page, items });
  }

  @Operation(routes.createCluster)
  async create(
    @Input() { body }: InputOf<typeof routes.createCluster>,
    @Caller() caller: Principal,
  ): Promise<Answer<ClusterView>> {
    const { cluster } = await changeCluster(this.#parts, caller, body, 'new');
    const view = await viewOfCluster(this.#parts, caller, cluster);
    return created(view, { Location: addressOf.cluster(body.name), ETag: etagOf(view) });
  }

  @Operation(routes.readCluster)
  async read(
    @Input() { params }: InputOf<typeof routes.readCluster>,
    @Caller() caller: Principal,
  ): Promise<Answer<ClusterView>> {
    const cluster = await this.#parts.book.look(caller, params.cluster);
    const view = await viewOfCluster(this.#parts, caller, cluster);
    return ok(view, { ETag: etagOf(view) });
  }

  @Operation(routes.putCluster)
  async put(
    @Input() { params, headers, body }: InputOf<typeof routes.putCluster>,
    @Caller() caller: Principal,
  ): Promise<Answer<ClusterView>> {
    const { cluster: name } = params;
    const expected = headers['if-none-match'] === '*' ? 'new' : versionOf(headers['if-match']);
    const { cluster, isNew } = await changeCluster(this.#parts, caller, { name, ...body }, expected);
    const view = await viewOfCluster(this.#parts, caller, cluster);
    const etag = { ETag: etagOf(view) };
    return isNew ? created(view, { Location: addressOf.cluster(name), ...etag }) : ok(view, etag);
  }

  @Operation(routes.deleteCluster)
  async delete(
    @Input() { params, headers }: InputOf<typeof routes.deleteCluster>,
    @Caller() caller: Principal,
  ): Promise<Answer<undefined>> {
    await removeCluster(this.#parts, caller, params.cluster, versionOf(headers['if-match']));
    return noContent();
  }

  @Operation(routes.probeCluster)
  async probe(
    @Input() { params }: InputOf<typeof routes.probeCluster>,
    @Caller() caller: Principal,
  ): Promise<Answer<Awaited<ReturnType<typeof probeView>>>> {
    const cluster = await this.#parts.book.require(caller, params.cluster);
    return ok(await probeView(this.#parts.boot, cluster));
  }
}

function etagOf({ version }: ClusterView): string {
  return `"${version}"`;
}

function versionOf(etag: string | undefined): number | undefined {
  return etag === undefined ? undefined : Number(etag.slice(1, -1));
}
