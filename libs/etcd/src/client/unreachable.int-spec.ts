import { describeWith, EtcdCluster, freePorts, makeCertificates, requireEtcd } from '@etcd-kloset/testing';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import http from 'node:http';
import https from 'node:https';
import net, { type AddressInfo, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { connectEtcd } from './client.ts';

const LIMIT_MS = 120_000;

describe('an endpoint where no member is', () => {
  const servers: Server[] = [];
  const sockets: net.Socket[] = [];
  let silent: string;

  async function listen(server: Server): Promise<string> {
    servers.push(server);
    server.on('connection', (socket: net.Socket) => sockets.push(socket.resume()));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return `127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  beforeAll(async () => {
    silent = await listen(net.createServer());
  });

  afterAll(() => {
    for (const socket of sockets) socket.destroy();
    for (const server of servers) server.close();
  });

  const attempt = (endpoints: string[], signal?: AbortSignal) =>
    connectEtcd({ endpoints, dialTimeoutMs: 300, commandTimeoutMs: 300, signal });

  it('ends at the time limit when it takes connections and says nothing, with TLS or without', async () => {
    for (const endpoint of [silent, `https://${silent}`]) {
      const before = sockets.length;
      await expect(attempt([endpoint])).rejects.toMatchObject({
        code: 'etcd.timeout',
        retryable: true,
        message: `${endpoint} accepted the connection, but said nothing within 0.3 s.`,
      });
      // No connection is left behind: this would hang otherwise.
      const [socket] = sockets.slice(before);
      if (!socket!.closed) await new Promise((resolve) => socket!.once('close', resolve));
    }
  });

  it('ends when it is cancelled', async () => {
    const controller = new AbortController();
    const connecting = attempt([silent], controller.signal);
    controller.abort();
    await expect(connecting).rejects.toMatchObject({ code: 'etcd.cancelled' });
  });

  it('is told when nobody listens', async () => {
    const [port] = await freePorts(1);
    await expect(attempt([`127.0.0.1:${port}`])).rejects.toMatchObject({
      code: 'etcd.unreachable',
      retryable: true,
      message: `127.0.0.1:${port} refuses connections: nothing listens there.`,
    });
  });

  it('is told when its name means nothing', async () => {
    await expect(attempt(['no-such-host.invalid:2379'])).rejects.toMatchObject({
      code: 'etcd.unreachable',
      message: expect.stringContaining('its name cannot be resolved') as string,
    });
  });

  it('is told when another service is there', async () => {
    const web = await listen(http.createServer((_, response) => response.end('hello')));
    await expect(attempt([web])).rejects.toMatchObject({
      code: 'etcd.unreachable',
      message: expect.stringContaining('does not speak as an etcd member does') as string,
    });
    await expect(attempt([`https://${web}`])).rejects.toMatchObject({
      code: 'etcd.tls',
      context: { reason: 'plain-port' },
    });
  });

  it('is told when another service is there that speaks TLS', async () => {
    const certificates = await makeCertificates(await mkdtemp(path.join(tmpdir(), 'etcd-kloset-tls-')));
    const { cert, key } = certificates.server;
    const secured = { cert: await readFile(cert), key: await readFile(key) };
    const web = await listen(https.createServer(secured, (_, response) => response.end('hello')));
    const connecting = connectEtcd({ endpoints: [`https://${web}`], tls: { caFile: certificates.ca } });
    await expect(connecting).rejects.toMatchObject({ code: 'etcd.tls', context: { reason: 'handshake' } });
    await rm(path.dirname(certificates.ca), { recursive: true });
  });

  it('is told together with all others when none can be used', async () => {
    const [port] = await freePorts(1);
    const failed = await attempt([`127.0.0.1:${port}`, silent]).catch((error: unknown) => error);
    expect(failed).toMatchObject({
      code: 'etcd.unreachable',
      failures: [{ code: 'etcd.unreachable' }, { code: 'etcd.timeout' }],
    });
    expect(String(failed)).toContain(`127.0.0.1:${port} refuses connections`);
    expect(String(failed)).toContain(`${silent} accepted the connection`);
  });

  it('is told without a try when there is none, or one that cannot be understood', async () => {
    await expect(attempt([])).rejects.toMatchObject({ code: 'etcd.bad-endpoint' });
    await expect(attempt([silent, 'etcd'])).rejects.toMatchObject({ code: 'etcd.bad-endpoint' });
  });

  it('is told without a try when a file of the TLS settings is missing or is something else', async () => {
    const connecting = (tls: object) => connectEtcd({ endpoints: [`https://${silent}`], tls });
    for (const tls of [
      { caFile: '/no/such/file' },
      { caFile: import.meta.filename },
      { certFile: import.meta.filename },
    ]) {
      await expect(connecting(tls)).rejects.toMatchObject({ code: 'etcd.file', retryable: false });
    }
  });
});

await describeWith(requireEtcd(), 'a member among endpoints that do not answer', () => {
  let cluster: EtcdCluster;

  beforeAll(async () => {
    cluster = await EtcdCluster.start();
  }, LIMIT_MS);

  afterAll(() => cluster.stop(), LIMIT_MS);

  it('is found, and asked first from then on', async () => {
    const silent = net.createServer();
    const sockets: net.Socket[] = [];
    silent.on('connection', (socket) => sockets.push(socket));
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
    const [port] = await freePorts(1);
    const hanging = `127.0.0.1:${(silent.address() as AddressInfo).port}`;
    const told: string[] = [];
    const client = await connectEtcd({
      endpoints: [`127.0.0.1:${port}`, hanging, cluster.endpoints[0]!],
      onUnreachable: ({ message }) => told.push(message),
    });
    try {
      await client.linearizableRevision();
      await client.members();
      expect(sockets).toHaveLength(1);
      // The one that hangs may still answer.
      expect(told).toEqual([expect.stringContaining(`127.0.0.1:${port} refuses connections`)]);
    } finally {
      client.close();
      for (const socket of sockets) socket.destroy();
      silent.close();
    }
  });
});
