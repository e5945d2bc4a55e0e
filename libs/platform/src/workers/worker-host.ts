import { type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import { drainWorker } from '@etcd-kloset/jobs';
import { type Worker } from 'bullmq';
import { type Boot } from '../service/boot.ts';
import { watchWorker } from './watch-worker.ts';

/** The workers of one service, and what they work with. */
export interface OpenedWorkers {
  readonly workers: readonly Worker[];
  /** Ends what they worked with: queues, threads. Called once, when no job runs any more. */
  close(): Promise<void>;
}

/**
 * Runs a service's workers for as long as the application runs. As soon as the process is asked to end they take no new
 * job; what is under way has the drain time, then it is handed back. Workers close before their queues and Redis.
 */
export class WorkerHost implements OnApplicationBootstrap, BeforeApplicationShutdown {
  readonly #boot: Boot;
  readonly #open: (boot: Boot) => OpenedWorkers;
  #opened: OpenedWorkers | undefined;
  #drained: Promise<unknown> | undefined;

  constructor(boot: Boot, open: (boot: Boot) => OpenedWorkers) {
    this.#boot = boot;
    this.#open = open;
  }

  onApplicationBootstrap(): void {
    const { asked } = this.#boot.stop;
    if (asked.aborted) return;
    this.#opened = this.#open(this.#boot);
    for (const worker of this.#opened.workers) watchWorker(this.#boot, worker);
    // All services of this process at once, not one after the other.
    asked.addEventListener('abort', () => void this.#drain());
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.#drain();
    await this.#opened?.close();
    this.#opened = undefined;
  }

  #drain(): Promise<unknown> {
    const { limits } = this.#boot.config;
    const workers = this.#opened?.workers ?? [];
    return (this.#drained ??= Promise.all(workers.map((worker) => drainWorker(worker, limits.drainMs))));
  }
}
