import { createLogger } from '../logs/logger.ts';
import { startTelemetry } from '../telemetry/start-telemetry.ts';
import { type Telemetry } from '../telemetry/telemetry.ts';
import { createHealthRegistry, type HealthRegistry } from './health-registry.ts';
import { type OpsServer, startOpsServer } from './ops-server.ts';

describe('health and metrics over HTTP', () => {
  const log = createLogger({ service: 'api', destination: { write: () => undefined } });
  let health: HealthRegistry;
  let telemetry: Telemetry;
  let server: OpsServer;
  async function ask(
    path: string,
    method = 'GET',
  ): Promise<{ status: number; type: string | null; body: string }> {
    const answer = await fetch(`http://127.0.0.1:${server.port}${path}`, { method });
    return { status: answer.status, type: answer.headers.get('content-type'), body: await answer.text() };
  }

  beforeEach(async () => {
    health = createHealthRegistry();
    telemetry = await startTelemetry('api', {}, log);
    server = await startOpsServer({
      service: 'api',
      health,
      telemetry,
      log,
      listen: { host: '127.0.0.1', port: 0 },
    });
  });
  afterEach(async () => {
    await server.close();
    await telemetry.shutdown();
  });

  it('says with the status what a probe needs to know, and why in JSON', async () => {
    health.readiness('redis', () => Promise.reject(new Error('away')), { critical: true });
    const ready = await ask('/readyz');
    expect(ready.status).toBe(503);
    expect(JSON.parse(ready.body)).toEqual({
      service: 'api',
      status: 'failed',
      checks: { redis: { critical: true, status: 'failed', message: 'away' } },
    });
    const live = await ask('/healthz?verbose');
    expect(live.status).toBe(200);
    expect(JSON.parse(live.body)).toEqual({ service: 'api', status: 'ok', checks: {} });
  });

  it('has the metrics as Prometheus reads them', async () => {
    const metrics = await ask('/metrics');
    expect(metrics.type).toBe('text/plain; version=0.0.4; charset=utf-8');
    expect(metrics.body).toMatch(/^process_resident_memory_bytes [0-9.e+]+$/m);
  });

  it('knows nothing else', async () => {
    expect((await ask('/')).status).toBe(404);
    expect((await ask('/metrics/x')).status).toBe(404);
    expect((await ask('/metrics', 'POST')).status).toBe(404);
  });

  it('says why it cannot listen', async () => {
    const listen = { host: '127.0.0.1', port: server.port };
    await expect(startOpsServer({ service: 'api', health, telemetry, log, listen })).rejects.toThrow(
      `Health and metrics cannot be served on 127.0.0.1:${server.port}`,
    );
  });
});
