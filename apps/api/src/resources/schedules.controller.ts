import { Controller, Inject } from '@nestjs/common';
import { type Principal } from '@etcd-kloset/platform';
import { type InputOf } from '../contract/route.ts';
import * as routes from '../contract/routes/schedules.ts';
import { type ScheduleView } from '../contract/schemas/schedule.ts';
import { type Answer, ok } from '../http/answer.ts';
import { Caller, Input, Operation } from '../http/operation.ts';
import { type Page, pageOfSorted } from '../http/page.ts';
import { type Parts, PARTS } from '../parts.ts';
import { pauseSchedule } from '../schedules/pause-schedule.ts';
import { viewOfSchedule } from '../schedules/schedule-view.ts';

@Controller()
export class SchedulesController {
  readonly #parts: Parts;

  constructor(@Inject(PARTS) parts: Parts) {
    this.#parts = parts;
  }

  @Operation(routes.listSchedules)
  async list(
    @Input() { query }: InputOf<typeof routes.listSchedules>,
    @Caller() caller: Principal,
  ): Promise<Answer<Page<ScheduleView>>> {
    const now = new Date();
    const clusters = await this.#parts.book.visible(caller);
    const scheduled = clusters.filter(({ schedule }) => schedule !== undefined);
    const page = pageOfSorted(scheduled, ({ name }) => name, query);
    return ok({ ...page, items: page.items.map((cluster) => viewOfSchedule(cluster, now)!) });
  }

  @Operation(routes.pauseSchedule)
  async pause(
    @Input() { params }: InputOf<typeof routes.pauseSchedule>,
    @Caller() caller: Principal,
  ): Promise<Answer<ScheduleView>> {
    return ok(await pauseSchedule(this.#parts, caller, params.cluster, true));
  }

  @Operation(routes.resumeSchedule)
  async resume(
    @Input() { params }: InputOf<typeof routes.resumeSchedule>,
    @Caller() caller: Principal,
  ): Promise<Answer<ScheduleView>> {
    return ok(await pauseSchedule(this.#parts, caller, params.cluster, false));
  }
}
