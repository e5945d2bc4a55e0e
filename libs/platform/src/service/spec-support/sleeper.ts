/**
 * A service for tests: takes jobs from the queue `sleep`, each of which sleeps as long as it says.
 *
 * TEST_MODE: `reject` and `throw` fail out of nowhere once a job runs, `hang` never ends.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { type BeforeApplicationShutdown, type DynamicModule } from '@nestjs/common';
import { Worker } from 'bullmq';
import { type Boot } from '../boot.ts';
import { runService } from '../run-service.ts';

const mode = process.env.TEST_MODE;

class Sleeper implements BeforeApplicationShutdown {
  readonly #boot: Boot;
  readonly #worker: Worker<{ ms: number }>;

  constructor(boot: Boot) {
    this.#boot = boot;
    const { redis } = boot;
    this.#worker = new Worker('sleep', async ({ data: { ms } }) => this.#sleep(ms), {
      connection: redis.duplicateForBlocking(),
      prefix: redis.prefix,
    });
  }

  async #sleep(ms: number): Promise<string> {
    const { log, stop } = this.#boot;
    log.info('Sleeping.');
    if (mode === 'reject') void Promise.reject(new Error('nobody expects it'));
    if (mode === 'throw') setTimeout(() => (null as unknown as { x: number }).x, 0);
    await sleep(ms, undefined, { signal: stop.now });
    return 'slept';
  }

  async beforeApplicationShutdown(): Promise<void> {
    if (mode === 'hang') await sleep(1e9);
    await this.#worker.close();
  }
}

// eslint-disable-next-line @typescript-eslint/no-extraneous-class -- Nest knows a module by its class
class SleeperModule {}

const sleeperModule = (boot: Boot): DynamicModule => ({
  module: SleeperModule,
  providers: [{ provide: Sleeper, useFactory: () => new Sleeper(boot) }],
});

await runService('chunk-worker', sleeperModule, { graceMs: 200 });
