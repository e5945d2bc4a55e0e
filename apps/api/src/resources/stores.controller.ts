import { Controller, Inject } from '@nestjs/common';
import { PlatformError, type Principal } from '@etcd-kloset/platform';
import { type InputOf } from '../contract/route.ts';
import * as routes from '../contract/routes/stores.ts';
import { type StoreView } from '../contract/schemas/store.ts';
import { type Answer, ok } from '../http/answer.ts';
import { Caller, Input, Operation } from '../http/operation.ts';
import { byKey, type Page, pageOfSorted } from '../http/page.ts';
import { type Parts, PARTS } from '../parts.ts';
import { viewOfStore } from '../stores/store-view.ts';
import { type StoreState } from '../stores/store-views.ts';

@Controller()
export class StoresController {
  readonly #parts: Parts;

  constructor(@Inject(PARTS) parts: Parts) {
    this.#parts = parts;
  }

  @Operation(routes.listStores)
  async list(
    @Input() { query }: InputOf<typeof routes.listStores>,
    @Caller() caller: Principal,
  ): Promise<Answer<Page<StoreView>>> {
    if (caller.clusters !== undefined) await this.#parts.book.all();
    const name = (state: StoreState): string => state.name;
    const page = pageOfSorted([...this.#parts.views.all()].sort(byKey(name)), name, query);
    return ok({ ...page, items: page.items.map((state) => viewOfStore(this.#parts, caller, state)) });
  }

  @Operation(routes.readStore)
  async read(
    @Input() { params }: InputOf<typeof routes.readStore>,
    @Caller() caller: Principal,
  ): Promise<Answer<StoreView>> {
    if (caller.clusters !== undefined) await this.#parts.book.all();
    const state = this.#parts.views.get(params.store);
    if (state === undefined) {
      throw new PlatformError('store.unknown', `There is no store ${params.store}.`, {
        advice: 'See GET /v1/stores for those of the configuration.',
      });
    }
    return ok(viewOfStore(this.#parts, caller, state));
  }
}
