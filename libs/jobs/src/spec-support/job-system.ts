import { RedisServer } from '@etcd-kloset/testing';
import { type Job, type JobState, type Worker } from 'bullmq';
import { type JobQueue, openQueue } from '../queues/open-queue.ts';
import { type JobProcessor, openWorker, type OpenWorkerOptions } from '../queues/open-worker.ts';
import { type QueueName } from '../queues/queue-names.ts';
import { connectRedis, type RedisHandle } from '../redis/connect-redis.ts';
import { until } from './until.ts';

/** A Redis with queues and workers that are closed with it. */
export class JobSystem {
  readonly server: RedisServer;
  readonly redis: RedisHandle;
  readonly errors: Error[] = [];
  readonly #queues: JobQueue[] = [];
  readonly #workers: Worker[] = [];

  private constructor(server: RedisServer) {
    this.server = server;
    this.redis = connectRedis({ url: server.url });
  }

  static async start(program: string): Promise<JobSystem> {
    return new JobSystem(await RedisServer.start(program));
  }

  queue<Name extends QueueName>(name: Name, redis = this.redis): JobQueue<Name> {
    const queue = openQueue(redis, name);
    this.#queues.push(queue as unknown as JobQueue);
    return queue;
  }

  worker<Name extends QueueName, Result>(
    name: Name,
    process: JobProcessor<Name, Result>,
    options: OpenWorkerOptions = {},
  ): Worker {
    const worker = openWorker(this.redis, name, process, {
      onError: (error) => this.errors.push(error),
      ...options,
    }) as unknown as Worker;
    this.#workers.push(worker);
    return worker;
  }

  /** Waits until the job is in this state, and gives it as it is then. */
  async whenIn(
    queue: { getJob(id: string): Promise<Job | undefined> },
    id: string,
    state: JobState,
  ): Promise<Job> {
    await until(async () => (await (await queue.getJob(id))?.getState()) === state);
    return (await queue.getJob(id))!;
  }

  async stop(): Promise<void> {
    await Promise.all(this.#workers.map((worker) => worker.close(true)));
    await Promise.all(this.#queues.map((queue) => queue.close()));
    await this.redis.close();
    await this.server.stop();
  }
}
