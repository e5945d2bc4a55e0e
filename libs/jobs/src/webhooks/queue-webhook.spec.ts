import { randomUUID } from 'node:crypto';
import { makeEvent } from '../events/cloud-event.ts';
import { isForWebhook } from './queue-webhook.ts';
import { webhookJobId, webhookName } from './webhook-job.ts';

const cluster = { cluster: 'prod', store: 'main' };
const registered = makeEvent('cluster.registered', cluster);
const progress = makeEvent('backup.progress', {
  ...cluster,
  backup: randomUUID(),
  progress: { stage: 'connect', streamBytes: 0, chunks: { cut: 0, stored: 0 }, storedBytes: 0 },
});
const dead = makeEvent('webhook.dead', {
  webhook: 'pager',
  event: 'x',
  error: { code: 'webhook.refused', message: 'no' },
});

describe('what a webhook is sent', () => {
  it('is what it names, or all but progress', () => {
    expect(isForWebhook(undefined, registered)).toBe(true);
    expect(isForWebhook(undefined, progress)).toBe(false);
    expect(isForWebhook(['backup.progress'], progress)).toBe(true);
    expect(isForWebhook(['backup.progress'], registered)).toBe(false);
  });

  it('is never that a webhook is dead, which could go round in circles', () => {
    expect(isForWebhook(undefined, dead)).toBe(false);
    expect(isForWebhook(['webhook.dead'], dead)).toBe(false);
  });

  it('goes by any name that the configuration takes', () => {
    for (const name of ['pager', 'Pager.Main_1', 'x'.repeat(64)]) expect(webhookName.parse(name)).toBe(name);
    for (const name of ['', '-pager', 'a:b', 'x'.repeat(65)])
      expect(webhookName.safeParse(name).success).toBe(false);
  });

  it('has one job for one event and webhook, whose id BullMQ takes', () => {
    const id = webhookJobId('pager', 'main/prod:1/missed/2026-01-01T00:00:00Z');
    expect(id).toMatch(/^pager\.[0-9a-f]{32}$/);
    expect(webhookJobId('pager', 'main/prod:1/missed/2026-01-01T00:00:00Z')).toBe(id);
    expect(webhookJobId('other', 'main/prod:1/missed/2026-01-01T00:00:00Z')).not.toBe(id);
    expect(webhookJobId('pager', 'another')).not.toBe(id);
  });
});
