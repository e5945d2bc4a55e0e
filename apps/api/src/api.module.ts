import {
  type DynamicModule,
  Inject,
  Module,
  type BeforeApplicationShutdown,
  type OnApplicationBootstrap,
  type OnApplicationShutdown,
} from '@nestjs/common';
import { APP_FILTER, APP_GUARD, APP_INTERCEPTOR } from '@nestjs/core';
import { type Boot } from '@etcd-kloset/platform';
import { type Background } from './background/keep-running.ts';
import { startBackground } from './background/background.ts';
import { ACCESS, AccessGuard } from './http/access.guard.ts';
import { BODY_LIMITS, ContractInterceptor } from './http/contract.interceptor.ts';
import { ProblemFilter } from './http/problem.filter.ts';
import { createParts, type Parts, PARTS } from './parts.ts';
import { BackupsController } from './resources/backups.controller.ts';
import { ClustersController } from './resources/clusters.controller.ts';
import { EventsController } from './resources/events.controller.ts';
import { SchedulesController } from './resources/schedules.controller.ts';
import { ServiceController } from './resources/service.controller.ts';
import { SnapshotsController } from './resources/snapshots.controller.ts';
import { StoresController } from './resources/stores.controller.ts';
import { WebhooksController } from './resources/webhooks.controller.ts';

const BODY_MS = 20_000;

/** The API: its routes, and what it does beside them. */
@Module({})
export class ApiModule implements OnApplicationBootstrap, BeforeApplicationShutdown, OnApplicationShutdown {
  readonly #parts: Parts;
  #background: Background | undefined;

  constructor(@Inject(PARTS) parts: Parts) {
    this.#parts = parts;
  }

  onApplicationBootstrap(): void {
    const { asked } = this.#parts.boot.stop;
    if (asked.aborted) return;
    this.#background = startBackground(this.#parts);
    // All of this process at once: workers of other services drain meanwhile.
    asked.addEventListener('abort', () => void this.#background?.stop());
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.#background?.stop();
  }

  /** When no request is being answered any more. */
  async onApplicationShutdown(): Promise<void> {
    await this.#parts.close();
  }
}

export function apiModule(boot: Boot): DynamicModule {
  return {
    module: ApiModule,
    controllers: [
      ClustersController,
      BackupsController,
      SnapshotsController,
      StoresController,
      SchedulesController,
      EventsController,
      WebhooksController,
      ServiceController,
    ],
    providers: [
      { provide: PARTS, useFactory: () => createParts(boot) },
      { provide: ACCESS, useFactory: ({ keys, limits }: Parts) => ({ keys, limits }), inject: [PARTS] },
      { provide: BODY_LIMITS, useValue: { bytes: boot.config.api.bodyLimitBytes, ms: BODY_MS } },
      { provide: APP_GUARD, useClass: AccessGuard },
      { provide: APP_INTERCEPTOR, useClass: ContractInterceptor },
      { provide: APP_FILTER, useFactory: () => new ProblemFilter(boot.log) },
    ],
  };
}
