import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { type AddressInfo } from 'node:net';
import { freePorts } from '@etcd-kloset/testing';
import { inRepository } from './support/repository.ts';

/** Asks as a container engine would. */
async function check(port: number, ...args: string[]): Promise<{ code: number; said: string }> {
  const child = spawn(process.execPath, [inRepository('docker/healthcheck.mjs'), ...args], {
    env: { ...process.env, ETCD_KLOSET_OPS_PORT: String(port) },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const said: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => said.push(chunk));
  const [code] = (await once(child, 'close')) as [number];
  return { code, said: Buffer.concat(said).toString() };
}

describe('the check of a container', () => {
  let server: Server;
  let port: number;
  beforeAll(async () => {
    server = createServer((request, response) => {
      response.writeHead(request.url === '/healthz' ? 200 : 503).end(`{"path":"${request.url ?? ''}"}`);
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    port = (server.address() as AddressInfo).port;
  });
  afterAll(() => server.close());

  it('is passed by a service that lives', async () => {
    expect(await check(port)).toEqual({ code: 0, said: '200 {"path":"/healthz"}\n' });
  });

  it('is failed by a service that says it is not well, and keeps what it says', async () => {
    expect(await check(port, '/readyz')).toEqual({ code: 1, said: '503 {"path":"/readyz"}\n' });
  });

  it('is failed when nobody answers', async () => {
    const [nobody] = await freePorts(1);
    expect(await check(nobody!)).toEqual({
      code: 1,
      said: expect.stringContaining(`no answer on port ${nobody}`) as string,
    });
  });
});
