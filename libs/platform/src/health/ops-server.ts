import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { type AddressInfo } from 'node:net';
import { type ListenConfig } from '../config/configuration.ts';
import { PlatformError } from '../errors.ts';
import { type Logger } from '../logs/logger.ts';
import { type Telemetry } from '../telemetry/telemetry.ts';
import { type HealthRegistry } from './health-registry.ts';

export interface OpsServer {
  readonly port: number;
  close(): Promise<void>;
}

export interface OpsServerOptions {
  readonly service: string;
  readonly health: HealthRegistry;
  readonly telemetry: Pick<Telemetry, 'metricsText'>;
  readonly log: Logger;
  /** Port 0 takes one that is free. */
  readonly listen: ListenConfig;
}

export interface OpsAnswer {
  readonly status: number;
  readonly type: string;
  readonly body: string;
}

/**
 * Serves `/healthz`, `/readyz` and `/metrics` of this process, without authentication: for whoever runs it, not for
 * its users. Answers hold no secret.
 */
export async function startOpsServer({ listen, ...options }: OpsServerOptions): Promise<OpsServer> {
  const server = createServer((request, response) => void serve(request, response, options));
  server.listen(listen.port, listen.host);
  try {
    await once(server, 'listening');
  } catch (cause) {
    throw new PlatformError(
      'ops.cannot-listen',
      `Health and metrics cannot be served on ${listen.host}:${listen.port}.`,
      { advice: 'Set ops.host and ops.port (ETCD_KLOSET_OPS_PORT) to what is free on this machine.', cause },
    );
  }
  // It keeps no process alive.
  server.unref();
  return { port: (server.address() as AddressInfo).port, close: () => close(server) };
}

/** What a path is answered with; undefined for one that is not ours. */
export async function opsAnswer(
  path: string,
  { service, health, telemetry }: Pick<OpsServerOptions, 'service' | 'health' | 'telemetry'>,
): Promise<OpsAnswer | undefined> {
  if (path === '/metrics') {
    return {
      status: 200,
      type: 'text/plain; version=0.0.4; charset=utf-8',
      body: await telemetry.metricsText(),
    };
  }
  if (path !== '/healthz' && path !== '/readyz') return undefined;
  const report = path === '/healthz' ? await health.live() : await health.ready();
  return {
    status: report.status === 'ok' ? 200 : 503,
    type: 'application/json; charset=utf-8',
    body: JSON.stringify({ service, ...report }) + '\n',
  };
}

async function serve(
  { method, url = '/' }: IncomingMessage,
  response: ServerResponse,
  options: Omit<OpsServerOptions, 'listen'>,
): Promise<void> {
  try {
    const answer =
      method === 'GET' || method === 'HEAD' ? await opsAnswer(url.replace(/\?.*$/s, ''), options) : undefined;
    if (answer === undefined) response.writeHead(404).end();
    else
      response
        .writeHead(answer.status, { 'content-type': answer.type, 'cache-control': 'no-store' })
        .end(answer.body);
  } catch (error) {
    options.log.error('A request for health or metrics failed.', { error });
    response.writeHead(500).end();
  }
}

async function close(server: Server): Promise<void> {
  server.close();
  server.closeAllConnections();
  await once(server, 'close');
}
