import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { readEvents, verifyWebhook } from '@etcd-kloset/jobs';
import { describeWith, requireRedis } from '@etcd-kloset/testing';
import { callApi, getJson } from '../support/services/api-calls.ts';
import { type ServiceProcess } from '../support/services/service-process.ts';
import { TestSystem } from '../support/services/test-system.ts';
import { WebhookReceiver } from '../support/services/webhook-receiver.ts';

const SECRET = 'what the receiver knows too';

/** All of them are this machine. */
const INSIDE: Readonly<Record<string, string>> = {
  'loopback.v4': '127.0.0.1',
  'loopback.v6': '[::1]',
  mapped: '[::ffff:127.0.0.1]',
  short: '127.1',
  number: '2130706433',
  any: '0.0.0.0',
  'Name_With.Dot': 'localhost',
};

interface DeadLetter {
  readonly id: string;
  readonly webhook: string;
  readonly attempts: number;
  readonly event: { readonly id: string; readonly type: string };
  readonly error: { readonly code: string; readonly message: string; readonly advice?: string };
}

await describeWith(requireRedis(), 'webhooks of a running system', (redisServer) => {
  let receiver: WebhookReceiver;
  let inside: WebhookReceiver;
  let system: TestSystem;
  let api: ServiceProcess;
  const stop = new AbortController();

  beforeAll(async () => {
    inside = await WebhookReceiver.start(() => ({ status: 200 }));
    receiver = await WebhookReceiver.start(({ path: asked }) => {
      if (asked === '/redirects') return redirect(inside.port);
      if (asked === '/fails-once' && receiver.at(asked).length === 1) return { status: 500 };
      return { status: 204 };
    });
    const common = { secretFile: 'webhook.secret', events: ['cluster.registered' as const] };
    const allowed = (name: string, at: string) => ({
      ...{ ...common, name, allowPrivate: true },
      url: `http://127.0.0.1:${receiver.port}/${at}`,
    });
    system = await TestSystem.start({
      redisServer,
      stores: ['main'],
      configuration: {
        webhooks: [
          ...Object.entries(INSIDE).map(([name, host]) => ({
            ...{ ...common, name },
            url: `http://${host}:${inside.port}/hook?token=part-of-the-address`,
          })),
          allowed('allowed', 'allowed'),
          allowed('redirected', 'redirects'),
          allowed('failing', 'fails-once'),
        ],
      },
    });
    writeFileSync(path.join(system.folder, 'webhook.secret'), `${SECRET}\n`, { mode: 0o600 });
    api = await system.run('api');
    const body = { name: 'new', store: 'main', endpoints: ['http://127.0.0.1:1'] };
    await callApi(system, 'POST', '/v1/clusters', { body });
  });
  afterAll(async () => {
    stop.abort();
    await system.stop();
    await Promise.all([receiver.stop(), inside.stop()]);
  });

  async function deadLetters(): Promise<DeadLetter[]> {
    return (await getJson<{ items: DeadLetter[] }>(system, '/v1/webhooks/dead-letters')).items;
  }
  async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
    while (!(await holds())) await sleep(200);
  }

  it('that may reach this machine are sent what happened, signed', async () => {
    await until(() => receiver.at('/allowed').length > 0);
    const [{ headers, body }] = receiver.at('/allowed') as [(typeof receiver.received)[0]];
    expect(JSON.parse(body.toString())).toMatchObject({ type: 'cluster.registered', subject: 'new' });
    const header = headers['x-kloset-signature'];
    expect(verifyWebhook({ secret: SECRET, header, body })).toBe(true);
    expect(verifyWebhook({ secret: 'another', header, body })).toBe(false);
  });

  it('that may not are dead letters, however the address is written, and nobody is connected to', async () => {
    const names = Object.keys(INSIDE);
    await until(async () => (await deadLetters()).length > names.length);
    const letters = (await deadLetters()).filter(({ webhook }) => names.includes(webhook));
    expect(letters.map(({ webhook }) => webhook).sort()).toEqual(names.sort());
    for (const letter of letters) {
      expect(letter).toMatchObject({
        attempts: 1,
        event: { type: 'cluster.registered' },
        error: {
          code: 'webhook.forbidden-address',
          advice: expect.stringContaining('allowPrivate') as string,
        },
      });
    }
    expect(inside.connections).toBe(0);
  });

  it('that are redirected do not follow', async () => {
    const letter = (await deadLetters()).find(({ webhook }) => webhook === 'redirected');
    expect(letter).toMatchObject({
      attempts: 1,
      error: { code: 'webhook.refused', message: expect.stringContaining('not followed') as string },
    });
    expect(receiver.at('/redirects')).toHaveLength(1);
    expect(inside.connections).toBe(0);
  });

  it('that fail are tried again, later, and it is the same delivery', async () => {
    await until(() => receiver.at('/fails-once').length > 1);
    const [first, second, ...more] = receiver.at('/fails-once');
    expect(more).toEqual([]);
    expect(second!.body).toEqual(first!.body);
    expect(second!.headers['x-kloset-delivery']).toBe(first!.headers['x-kloset-delivery']);
    // Half of the first wait of the policy, which is spread over its upper half.
    expect(second!.at - first!.at).toBeGreaterThan(2000);
    expect((await deadLetters()).map(({ webhook }) => webhook)).not.toContain('failing');
  });

  it('have dead letters that are sent again over the API, and die again while nothing has changed', async () => {
    const letter = (await deadLetters()).find(({ webhook }) => webhook === 'redirected')!;
    await callApi(system, 'POST', `/v1/webhooks/dead-letters/${letter.id}/retry`);
    await until(() => receiver.at('/redirects').length === 2);
    await until(async () => (await deadLetters()).some(({ id }) => id === letter.id));
  });

  it('that are dead are told of in the stream of events', async () => {
    const told = new Set<string>();
    for await (const { event } of readEvents(system.redis, { from: '0', signal: stop.signal })) {
      if ('webhook' in event.data) told.add(event.data.webhook);
      if (told.size === Object.keys(INSIDE).length + 1) stop.abort();
    }
    expect([...told].sort()).toEqual([...Object.keys(INSIDE), 'redirected'].sort());
  });

  it('leave neither their secrets nor their addresses in the log or in dead letters', async () => {
    const said = JSON.stringify(await deadLetters()) + api.text;
    expect(said).not.toContain(SECRET);
    expect(said).not.toContain('part-of-the-address');
    expect(api.log.filter(({ level }) => level === 'error')).toEqual([]);
  });
});

function redirect(port: number): { status: number; headers: Record<string, string> } {
  return { status: 307, headers: { location: `http://127.0.0.1:${port}/` } };
}
