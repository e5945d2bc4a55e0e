import { hostname } from 'node:os';
import { consumeEvents, isForWebhook, queueWebhook } from '@etcd-kloset/jobs';
import { type Boot, type WebhookConfig } from '@etcd-kloset/platform';
import { type Queues } from '../backups/queues.ts';
import { type ClusterBook } from '../clusters/cluster-book.ts';
import { type Background, keepRunning } from './keep-running.ts';

const GROUP = 'webhooks';

/** Puts each event on its way to the webhooks that want it: one replica does, at least once. */
export function forwardToWebhooks(
  { config, log, redis }: Pick<Boot, 'config' | 'log' | 'redis'>,
  queues: Queues,
  book: ClusterBook,
): Background {
  const { webhooks } = config;
  if (webhooks.length === 0) return { stop: () => Promise.resolve() };
  return keepRunning({ name: 'webhooks', log, everyMs: 1000 }, (signal) =>
    consumeEvents(redis, {
      group: GROUP,
      consumer: `${hostname()}-${process.pid}`,
      signal,
      async handler(event) {
        for (const webhook of webhooks) {
          if (!isForWebhook(webhook.events, event)) continue;
          if (!isAbout(webhook, event.data, book)) continue;
          await queueWebhook(queues.webhooks, webhook.name, event);
        }
      },
      onPoison: ({ event, error }) => {
        log.error('An event could not be forwarded to webhooks, and is not tried again.', {
          event: event.id,
          type: event.type,
          error,
        });
      },
      onError: (error, { event }) => {
        log.warn('An event could not be forwarded to webhooks yet.', {
          event: event.id,
          type: event.type,
          error,
        });
      },
      onUnreadable: ({ id, error }) => log.warn('An event cannot be read.', { id, error }),
      onGap: (gap) => log.error('Events were lost before webhooks got them.', { ...gap }),
    }),
  );
}

/** Whether an event is about one of the clusters that a webhook is limited to. */
function isAbout({ name, clusters }: WebhookConfig, data: object, book: ClusterBook): boolean {
  if (clusters === undefined) return true;
  if (!('cluster' in data) || typeof data.cluster !== 'string') return false;
  return book.maySee({ name, role: 'viewer', clusters }, data.cluster);
}
