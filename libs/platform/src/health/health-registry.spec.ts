import { setTimeout as sleep } from 'node:timers/promises';
import { KlosetError } from '@etcd-kloset/errors';
import { createHealthRegistry } from './health-registry.ts';

const never = (): Promise<never> => new Promise(() => undefined);
const fine = (): Promise<undefined> => Promise.resolve(undefined);
const fails = (error: Error) => (): Promise<never> => Promise.reject(error);

describe('whether a process is ready', () => {
  it('is decided by what is critical; the rest is told', async () => {
    const health = createHealthRegistry();
    health.readiness('redis', () => Promise.resolve({ ms: 1 }), { critical: true });
    health.readiness('store main', fails(new KlosetError('storage.unreachable', 'It does not answer.')), {
      critical: false,
    });
    expect((await health.ready()).checks['store main']).toEqual({ critical: false, status: 'unknown' });
    await sleep(0);
    expect(await health.ready()).toEqual({
      status: 'ok',
      checks: {
        redis: { critical: true, status: 'ok', details: { ms: 1 } },
        'store main': {
          critical: false,
          status: 'failed',
          code: 'storage.unreachable',
          message: 'It does not answer.',
        },
      },
    });
    health.readiness('disk', fails(new Error('full')), { critical: true });
    expect(await health.ready()).toMatchObject({ status: 'failed', checks: { disk: { message: 'full' } } });
  });

  it('does not wait for what hangs and changes nothing', async () => {
    const health = createHealthRegistry();
    health.readiness('store main', never, { critical: false });
    expect(await health.ready()).toMatchObject({ status: 'ok' });
  });

  it('is no, when what is critical hangs', async () => {
    const health = createHealthRegistry();
    let aborted = false;
    const hangs = (signal: AbortSignal): Promise<never> => {
      signal.addEventListener('abort', () => (aborted = true));
      return never();
    };
    health.readiness('redis', hangs, { critical: true, timeoutMs: 10 });
    expect(await health.ready()).toMatchObject({
      status: 'failed',
      checks: { redis: { message: 'redis did not answer within 0.01 s.' } },
    });
    expect(aborted).toBe(true);
  });

  it('is looked at once, however many ask', async () => {
    const health = createHealthRegistry();
    let looks = 0;
    const check = async (): Promise<undefined> => {
      looks++;
      await sleep(1);
      return undefined;
    };
    health.readiness('redis', check, { critical: true, freshMs: 60_000 });
    await Promise.all([health.ready(), health.ready()]);
    await health.ready();
    expect(looks).toBe(1);
  });

  it('says nothing secret', async () => {
    const health = createHealthRegistry();
    health.readiness('redis', fails(new Error('redis://:hunter2@redis refused')), { critical: true });
    expect(JSON.stringify(await health.ready())).not.toContain('hunter2');
  });
});

describe('whether a process lives', () => {
  it('has nothing to do with what it needs from elsewhere', async () => {
    const health = createHealthRegistry();
    health.readiness('redis', fails(new Error('away')), { critical: true });
    const takeBack = health.liveness('worker of chunks', fails(new Error('it has stopped')));
    expect(await health.live()).toMatchObject({ status: 'failed', checks: { 'worker of chunks': {} } });
    takeBack();
    health.liveness('worker of chunks', fine);
    expect(await health.live()).toMatchObject({ status: 'ok' });
  });

  it('is not told of two parts by one name', () => {
    const health = createHealthRegistry();
    health.liveness('worker', fine);
    expect(() => health.liveness('worker', fine)).toThrow('two health checks called worker');
  });
});
