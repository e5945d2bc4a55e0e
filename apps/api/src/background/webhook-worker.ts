import { readFile } from 'node:fs/promises';
import {
  deliver,
  emitOnce,
  failureFrom,
  openWorker,
  type RedisHandle,
  type WebhookJob,
  WEBHOOKS_QUEUE,
} from '@etcd-kloset/jobs';
import { type Boot, PlatformError, watchWorker, type WebhookConfig, withinJob } from '@etcd-kloset/platform';
import { type Job, type Worker } from 'bullmq';
import { ApiError } from '../api-error.ts';

/** Sends events to webhooks; one that no try gets through is a dead letter. */
export function openWebhookWorker(boot: Boot, redis: RedisHandle): Worker {
  const { config, log, telemetry } = boot;
  const webhooks = new Map(config.webhooks.map((webhook) => [webhook.name, webhook]));
  const worker = openWorker(
    redis,
    WEBHOOKS_QUEUE,
    (job, _token, signal) => withinJob(log, job, () => send(webhooks, job.data, signal)),
    {
      telemetry: telemetry.bullmq,
      onError: (error) => log.debug('The worker of webhooks reports an error.', { error }),
    },
  );
  worker.on('failed', (job, error) => {
    // A try that is followed by another one has not ended the job.
    if (job?.finishedOn === undefined) return;
    tellDead(redis, job, error).catch((cause: unknown) => {
      log.warn('A dead letter could not be told.', { webhook: job.data.webhook, error: cause });
    });
  });
  watchWorker(boot, worker as Worker);
  return worker as Worker;
}

async function send(
  webhooks: ReadonlyMap<string, WebhookConfig>,
  { webhook: name, event }: WebhookJob,
  signal: AbortSignal,
): Promise<number> {
  const webhook = webhooks.get(name);
  if (webhook === undefined) {
    throw new ApiError('webhook.unknown', `The configuration has no webhook ${name} any more.`, {
      advice: 'Leave the dead letter alone, or configure the webhook again and retry it.',
    });
  }
  const { url, secretFile, caFile, allowPrivate, timeoutMs } = webhook;
  const secrets = (await read(secretFile)).split('\n').map((line) => line.trim());
  const { status } = await deliver(
    {
      name,
      url,
      secrets: secrets.filter((secret) => secret !== ''),
      allowPrivate,
      ...(caFile === undefined ? {} : { ca: await read(caFile) }),
    },
    event,
    { signal, limits: { wholeMs: timeoutMs } },
  );
  return status;
}

/** Each time: a secret that was changed is used at once. */
async function read(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (cause) {
    throw new PlatformError('secret.unreadable', 'A file of a webhook cannot be read.', {
      advice: 'Check secretFile and caFile of the webhook in the configuration, and who may read them.',
      retryable: true,
      cause,
    });
  }
}

async function tellDead(redis: RedisHandle, { data }: Job<WebhookJob>, error: Error): Promise<void> {
  const { webhook, event } = data;
  await emitOnce(redis, 'webhook.dead', { webhook, event: event.id, error: failureFrom(error) });
}
