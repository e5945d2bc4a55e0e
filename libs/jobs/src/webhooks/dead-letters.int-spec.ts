import { once } from 'node:events';
import http from 'node:http';
import { type AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Worker } from 'bullmq';
import { describeWith, RedisServer, requireRedis } from '@etcd-kloset/testing';
import { makeEvent } from '../events/cloud-event.ts';
import { drainWorker } from '../queues/drain-worker.ts';
import { type JobQueue, openQueue } from '../queues/open-queue.ts';
import { openWorker } from '../queues/open-worker.ts';
import { WEBHOOKS_QUEUE } from '../queues/queue-names.ts';
import { connectRedis, type RedisHandle } from '../redis/connect-redis.ts';
import { listDeadLetters, retryDeadLetter } from './dead-letters.ts';
import { deliver } from './deliver.ts';
import { queueWebhook } from './queue-webhook.ts';
import { webhookJobId } from './webhook-job.ts';

const EVENT = makeEvent('store.reachable', { store: 'main' }, { id: 'first' });

await describeWith(requireRedis(), 'events on their way to webhooks', (program) => {
  let server: RedisServer;
  let redis: RedisHandle;
  let queue: JobQueue<typeof WEBHOOKS_QUEUE>;
  let worker: Worker;
  let receiver: http.Server;
  let answer: { status: number; headers?: http.OutgoingHttpHeaders };
  let received: string[];

  beforeAll(async () => {
    server = await RedisServer.start(program);
    redis = connectRedis({ url: server.url });
    receiver = http.createServer((request, response) => {
      received.push(request.headers['x-kloset-delivery'] as string);
      response.writeHead(answer.status, answer.headers).end();
    });
    receiver.listen(0, '127.0.0.1');
    await once(receiver, 'listening');
  });
  beforeEach(async () => {
    await redis.client.flushall();
    received = [];
    queue = openQueue(redis, WEBHOOKS_QUEUE);
    const { port } = receiver.address() as AddressInfo;
    // As the service does it: a job names its webhook, the configuration knows where that is.
    worker = openWorker(redis, WEBHOOKS_QUEUE, async (job, _token, signal) => {
      const url = `http://127.0.0.1:${port}/`;
      const webhook = { name: job.data.webhook, url, secrets: ['s'], allowPrivate: true };
      return await deliver(webhook, job.data.event, { delivery: job.id!, signal });
    });
  });
  afterEach(async () => {
    await drainWorker(worker, 1000);
    await queue.close();
  });
  afterAll(async () => {
    await redis.close();
    await server.stop();
    receiver.close();
  });
  async function until(condition: () => Promise<boolean>): Promise<void> {
    while (!(await condition())) await sleep(5);
  }

  it('are delivered once, however often they are queued', async () => {
    answer = { status: 200 };
    await queueWebhook(queue, 'pager', EVENT);
    await queueWebhook(queue, 'pager', EVENT);
    await until(async () => (await queue.getCompletedCount()) === 1);
    await queueWebhook(queue, 'pager', EVENT);
    expect(await queue.getWaitingCount()).toBe(0);
    expect(received).toEqual([webhookJobId('pager', 'first')]);
    expect(await listDeadLetters(queue)).toEqual({ total: 0, letters: [] });
  });

  it('that are refused for good are dead letters, which can be seen and sent again', async () => {
    answer = { status: 400 };
    await queueWebhook(queue, 'pager', EVENT);
    const another = makeEvent('store.reachable', { store: 'other' }, { id: 'second' });
    await until(async () => (await queue.getFailedCount()) === 1);
    await queueWebhook(queue, 'pager', another);
    await until(async () => (await queue.getFailedCount()) === 2);

    const { total, letters } = await listDeadLetters(queue);
    expect(total).toBe(2);
    expect(letters.map(({ event }) => event.id)).toEqual(['second', 'first']);
    expect(letters[1]).toMatchObject({
      id: webhookJobId('pager', 'first'),
      webhook: 'pager',
      event: EVENT,
      attempts: 1,
      error: { code: 'webhook.refused', advice: expect.any(String) as string },
    });
    expect(await listDeadLetters(queue, { offset: 1, limit: 1 })).toEqual({
      total: 2,
      letters: [letters[1]],
    });
    // Nobody hears of it a second time by queueing it again: it is known, and dead.
    await queueWebhook(queue, 'pager', EVENT);
    expect(received).toHaveLength(2);

    answer = { status: 200 };
    await retryDeadLetter(queue, letters[1]!.id);
    await until(async () => (await queue.getCompletedCount()) === 1);
    expect(received.at(-1)).toBe(letters[1]!.id);
    expect((await listDeadLetters(queue)).total).toBe(1);
    // The last ones are keys of the queue itself.
    for (const id of [letters[1]!.id, 'no-such-letter', 'failed', 'events', 'id', 'a:b']) {
      await expect(retryDeadLetter(queue, id)).rejects.toMatchObject({ code: 'webhook.no-dead-letter' });
    }
  });

  it('that are not taken now are tried again, no sooner than the receiver asks for', async () => {
    answer = { status: 503, headers: { 'retry-after': '3000' } };
    await queueWebhook(queue, 'pager', EVENT);
    await until(async () => (await queue.getDelayedCount()) === 1);
    const job = await queue.getJob(webhookJobId('pager', EVENT.id));
    expect(job!.delay).toBe(3_000_000);
    expect(job!.failedReason).toContain('webhook.failed');
    expect((await listDeadLetters(queue)).total).toBe(0);
  });
});
