import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile, mkdtemp, rm } from 'node:fs/promises';
import http, { type IncomingMessage, type RequestListener } from 'node:http';
import https from 'node:https';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type Certificates, makeCertificates } from '@etcd-kloset/testing';
import { makeEvent } from '../events/cloud-event.ts';
import { deliver, type Webhook } from './deliver.ts';
import { verifyWebhook } from './signature.ts';

const SECRET = 'what receivers know too';
const EVENT = makeEvent('store.reachable', { store: 'main' }, { id: 'an id/with ünusual letters' });

interface Received {
  readonly request: IncomingMessage;
  readonly body: Buffer;
}

/** A receiver on loopback, and all that it got. */
class Receiver {
  readonly server: Server;
  readonly received: Received[] = [];
  connections = 0;

  constructor(answer: RequestListener, tls?: https.ServerOptions) {
    const listener: RequestListener = (request, response) => {
      const pieces: Buffer[] = [];
      request.on('data', (piece: Buffer) => pieces.push(piece));
      request.on('end', () => {
        this.received.push({ request, body: Buffer.concat(pieces) });
        answer(request, response);
      });
    };
    this.server = tls === undefined ? http.createServer(listener) : https.createServer(tls, listener);
    this.server.on('connection', () => this.connections++);
  }

  async listen(host = '127.0.0.1'): Promise<number> {
    this.server.listen(0, host);
    await once(this.server, 'listening');
    return (this.server.address() as AddressInfo).port;
  }
}

describe('a delivery', () => {
  const receivers: Server[] = [];
  afterEach(() => {
    for (const server of receivers.splice(0)) {
      server.close();
      if ('closeAllConnections' in server) (server as http.Server).closeAllConnections();
    }
  });

  async function receiver(
    answer: RequestListener,
    tls?: https.ServerOptions,
  ): Promise<Receiver & { port: number }> {
    const made = new Receiver(answer, tls);
    receivers.push(made.server);
    return Object.assign(made, { port: await made.listen() });
  }
  const answering = (status: number, headers: http.OutgoingHttpHeaders = {}) =>
    receiver((_request, response) => response.writeHead(status, headers).end('thanks'));
  const inside = (port: number, more: Partial<Webhook> = {}): Webhook => ({
    name: 'pager',
    url: `http://127.0.0.1:${port}/hook?token=very-secret`,
    secrets: [SECRET],
    allowPrivate: true,
    ...more,
  });

  it('is one POST of the event in its JSON form, with a signature that the receiver can check', async () => {
    const there = await answering(204);
    const delivered = await deliver(inside(there.port, { secrets: ['new', SECRET] }), EVENT, {
      delivery: 'pager.1',
    });
    expect(delivered.status).toBe(204);
    const [{ request, body }] = there.received as [Received];
    expect(request).toMatchObject({ method: 'POST', url: '/hook?token=very-secret' });
    expect(request.headers).toMatchObject({
      'content-type': 'application/cloudevents+json; charset=utf-8',
      'user-agent': 'etcd-kloset',
      'x-kloset-event': 'store.reachable',
      'x-kloset-delivery': 'pager.1',
    });
    expect(JSON.parse(body.toString())).toEqual(EVENT);
    const header = request.headers['x-kloset-signature'];
    expect(verifyWebhook({ secret: SECRET, header, body })).toBe(true);
    expect(verifyWebhook({ secret: 'new', header, body })).toBe(true);
    expect(verifyWebhook({ secret: 'wrong', header, body })).toBe(false);
  });

  it('has the id of the event, in letters that a header may hold, unless it is told another', async () => {
    const there = await answering(200);
    await deliver(inside(there.port), EVENT);
    expect(there.received[0]!.request.headers['x-kloset-delivery']).toBe(
      'an%20id%2Fwith%20%C3%BCnusual%20letters',
    );
  });

  it.each([
    [400, 'webhook.refused', false],
    [401, 'webhook.refused', false],
    [404, 'webhook.refused', false],
    [410, 'webhook.gone', false],
    [304, 'webhook.refused', false],
    [408, 'webhook.failed', true],
    [429, 'webhook.failed', true],
    [500, 'webhook.failed', true],
    [503, 'webhook.failed', true],
  ])('that is answered %d fails as %s', async (status, code, retryable) => {
    const there = await answering(status);
    const error: unknown = await deliver(inside(there.port), EVENT).catch((caught: unknown) => caught);
    expect(error).toMatchObject({ code, retryable, context: { webhook: 'pager', status } });
    expect(JSON.stringify([String(error), error])).not.toContain('very-secret');
    expect(there.received).toHaveLength(1);
  });

  it('tells how long the receiver wants to be left alone', async () => {
    const there = await answering(503, { 'retry-after': '7' });
    await expect(deliver(inside(there.port), EVENT)).rejects.toMatchObject({
      context: { retryAfterMs: 7000 },
    });
  });

  it('does not go where a redirect points', async () => {
    const target = await answering(200);
    const there = await answering(307, { location: `http://127.0.0.1:${target.port}/` });
    await expect(deliver(inside(there.port), EVENT)).rejects.toMatchObject({
      code: 'webhook.refused',
      message: expect.stringContaining('redirects are not followed') as string,
    });
    expect(target.connections).toBe(0);
  });

  it('counts by its status, and drops an answer without end', async () => {
    const there = await receiver((_request, response) => {
      response.writeHead(200);
      const fill = (): void => {
        while (!response.destroyed && response.write(Buffer.alloc(16_384)));
        response.once('drain', fill);
      };
      fill();
    });
    expect((await deliver(inside(there.port), EVENT)).status).toBe(200);
    expect(there.received[0]!.request.socket.bytesWritten).toBeLessThan(100 * 1024 * 1024);
  });

  it('counts by its status when the rest of the answer never comes', async () => {
    const there = await receiver((_request, response) => {
      response.writeHead(200, { 'content-length': 100 });
      response.write('x');
    });
    expect((await deliver(inside(there.port), EVENT, { limits: { wholeMs: 200 } })).status).toBe(200);
  });

  it('ends when there is no connection, no answer, or no end in time', async () => {
    const silent = createServer();
    receivers.push(silent);
    silent.listen(0, '127.0.0.1');
    await once(silent, 'listening');
    const { port } = silent.address() as AddressInfo;
    const url = `https://127.0.0.1:${port}/`;
    const slow = { code: 'webhook.timeout', retryable: true };
    await expect(deliver(inside(port, { url }), EVENT, { limits: { connectMs: 100 } })).rejects.toMatchObject(
      { ...slow, message: expect.stringContaining('connect') as string },
    );
    await expect(deliver(inside(port), EVENT, { limits: { answerMs: 100 } })).rejects.toMatchObject({
      ...slow,
      message: expect.stringContaining('answer') as string,
    });
    await expect(deliver(inside(port), EVENT, { limits: { wholeMs: 100 } })).rejects.toMatchObject(slow);
    const never = (): Promise<never> => new Promise(() => undefined);
    const named = inside(port, { url: 'http://hooks.example/' });
    await expect(deliver(named, EVENT, { limits: { connectMs: 100 }, resolve: never })).rejects.toMatchObject(
      slow,
    );
  });

  it('ends when its caller wants it to, with the reason it gives', async () => {
    const waits = await receiver(() => controller.abort(new Error('the worker shuts down')));
    const controller = new AbortController();
    await expect(deliver(inside(waits.port), EVENT, { signal: controller.signal })).rejects.toThrow(
      'the worker shuts down',
    );
  });

  it('that nobody takes may be tried again', async () => {
    const gone = await answering(200);
    gone.server.close();
    await once(gone.server, 'close');
    await expect(deliver(inside(gone.port), EVENT)).rejects.toMatchObject({
      code: 'webhook.unreachable',
      retryable: true,
    });
    const cuts = await receiver((request) => request.socket.destroy());
    await expect(deliver(inside(cuts.port), EVENT)).rejects.toMatchObject({
      code: 'webhook.unreachable',
      retryable: true,
    });
    await expect(deliver(inside(1, { url: 'http://no-such-name.invalid/' }), EVENT)).rejects.toMatchObject({
      code: 'webhook.unreachable',
      retryable: true,
    });
  });

  it.each([
    ['no URL at all', 'hooks'],
    ['another scheme', 'ftp://hooks.example/'],
    ['a file', 'file:///etc/passwd'],
    ['a user name', 'https://user@hooks.example/'],
    ['a password', 'https://:word@hooks.example/'],
  ])('is refused to %s', async (_what, url) => {
    await expect(deliver(inside(0, { url }), EVENT)).rejects.toMatchObject({
      code: 'webhook.bad-url',
      retryable: false,
    });
  });

  it('is refused without a secret, and with an empty one', async () => {
    const there = await answering(200);
    for (const secrets of [[], ['']]) {
      await expect(deliver(inside(there.port, { secrets }), EVENT)).rejects.toMatchObject({
        code: 'webhook.no-secret',
      });
    }
    expect(there.connections).toBe(0);
  });

  describe('over TLS', () => {
    let folder: string;
    let certificates: Certificates;
    let keys: https.ServerOptions;
    beforeAll(async () => {
      folder = await mkdtemp(path.join(tmpdir(), 'etcd-kloset-webhooks-'));
      certificates = await makeCertificates(folder);
      const { cert, key } = certificates.server;
      keys = { cert: await readFile(cert), key: await readFile(key) };
    });
    afterAll(() => rm(folder, { recursive: true, force: true }));

    it('takes a receiver with a certificate of an authority that it is told to trust', async () => {
      const there = await receiver((_request, response) => response.end(), keys);
      const webhook = inside(there.port, {
        url: `https://localhost:${there.port}/`,
        ca: await readFile(certificates.ca),
      });
      const resolve = () => Promise.resolve([{ address: '127.0.0.1', family: 4 }]);
      expect((await deliver(webhook, EVENT, { resolve })).status).toBe(200);
    });

    it('sends nothing to a receiver with any other certificate', async () => {
      const there = await receiver((_request, response) => response.end(), keys);
      const url = `https://127.0.0.1:${there.port}/`;
      await expect(deliver(inside(there.port, { url }), EVENT)).rejects.toMatchObject({
        code: 'webhook.unreachable',
        cause: expect.objectContaining({ code: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE' }) as Error,
      });
      const { cert, key } = certificates.wrongHost;
      const wrong = await receiver((_request, response) => response.end(), {
        cert: await readFile(cert),
        key: await readFile(key),
      });
      const ca = await readFile(certificates.ca);
      await expect(
        deliver(inside(0, { url: `https://127.0.0.1:${wrong.port}/`, ca }), EVENT),
      ).rejects.toMatchObject({
        cause: expect.objectContaining({ code: 'ERR_TLS_CERT_ALTNAME_INVALID' }) as Error,
      });
      expect([...there.received, ...wrong.received]).toEqual([]);
    });
  });

  describe('to a webhook that may not reach private addresses', () => {
    const hosts = [
      ...['127.0.0.1', 'localhost', '[::1]', '[::ffff:127.0.0.1]', '[::ffff:7f00:1]', '[::]', '0.0.0.0', '0'],
      ...[
        '2130706433',
        '0x7f000001',
        '017700000001',
        '127.1',
        '0x7f.1',
        'LOCALHOST',
        'localhost.',
        '127.0.0.1.',
      ],
      ...['%6c%6f%63alhost', '①②⑦.0.0.1', '[64:ff9b::7f00:1]'],
    ];

    it.each(hosts)('is refused at http://%s/ without a connection', async (host) => {
      const [ipv4, ipv6] = await Promise.all([answering(200), sixth()]);
      for (const { port } of [ipv4, ipv6]) {
        const webhook = inside(0, { url: `http://${host}:${port}/`, allowPrivate: false });
        await expect(deliver(webhook, EVENT)).rejects.toMatchObject({
          code: expect.stringMatching(/^webhook\.(forbidden-address|bad-url|unreachable)$/) as string,
        });
      }
      expect([ipv4.connections, ipv6.connections]).toEqual([0, 0]);
    });

    it.each(hosts.slice(0, 14))('is not told "unreachable" but "forbidden" at http://%s/', async (host) => {
      const webhook = inside(0, { url: `http://${host}/`, allowPrivate: false });
      await expect(deliver(webhook, EVENT)).rejects.toMatchObject({
        code: 'webhook.forbidden-address',
        retryable: false,
        advice: expect.stringContaining('allowPrivate') as string,
      });
    });

    it.each([
      ['a private address', ['10.1.2.3']],
      ['the metadata of a cloud', ['169.254.169.254']],
      ['a public and a private address', ['8.8.8.8', '127.0.0.1']],
      ['a mapped address', ['::ffff:127.0.0.1']],
      ['unique local addresses', ['fd00::1']],
    ])('is refused by a name with %s, without a connection', async (_what, addresses) => {
      const there = await answering(200);
      const resolve = () =>
        Promise.resolve(addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })));
      const url = `http://hooks.example:${there.port}/`;
      await expect(
        deliver(inside(0, { url, allowPrivate: false }), EVENT, { resolve }),
      ).rejects.toMatchObject({ code: 'webhook.forbidden-address' });
      expect(there.connections).toBe(0);
    });

    async function sixth(): Promise<Receiver & { port: number }> {
      const made = new Receiver((_request, response) => response.end());
      receivers.push(made.server);
      return Object.assign(made, { port: await made.listen('::1') });
    }
  });

  it('asks for an address once, and goes to the one that was checked whatever is said later', async () => {
    const there = await answering(200);
    const answers = ['127.0.0.1', '192.0.2.1'];
    let asked = 0;
    const resolve = () => Promise.resolve([{ address: answers[asked++]!, family: 4 }]);
    await deliver(inside(0, { url: `http://hooks.example:${there.port}/` }), EVENT, { resolve });
    expect([asked, there.connections]).toEqual([1, 1]);
  });

  it('goes through no proxy that the environment names', async () => {
    const [proxy, there] = await Promise.all([answering(200), answering(200)]);
    const script = `
      const { deliver, makeEvent } = await import('@etcd-kloset/jobs');
      const webhook = { name: 'a', url: process.argv[1], secrets: ['s'], allowPrivate: true };
      await deliver(webhook, makeEvent('store.reachable', { store: 'main' }));
    `;
    const child = spawn(
      process.execPath,
      ['--input-type=module', '-e', script, `http://127.0.0.1:${there.port}/`],
      {
        cwd: import.meta.dirname,
        env: {
          ...process.env,
          NODE_USE_ENV_PROXY: '1',
          HTTP_PROXY: `http://127.0.0.1:${proxy.port}`,
          http_proxy: `http://127.0.0.1:${proxy.port}`,
          NO_PROXY: '',
          no_proxy: '',
        },
        stdio: 'inherit',
      },
    );
    expect(await once(child, 'exit')).toEqual([0, null]);
    expect([proxy.connections, there.connections]).toEqual([0, 1]);
  });
});
