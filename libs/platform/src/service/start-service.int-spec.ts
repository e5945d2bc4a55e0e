import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type DynamicModule, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { describeWith, RedisServer, requireRedis } from '@etcd-kloset/testing';
import { type ConfigurationInput } from '../config/schema/file-schema.ts';
import { configurationFrom } from '../config/load-configuration.ts';
import { type HealthReport } from '../health/health-registry.ts';
import { createLogger } from '../logs/logger.ts';
import { type Boot, type ServiceName } from './boot.ts';
import { createBoot } from './create-boot.ts';
import { type ModuleFactory, type RunningService, startService } from './start-service.ts';
import { together } from './together.ts';

await describeWith(requireRedis(), 'services within a process', (program) => {
  let redis: RedisServer;
  let folder: string;
  let service: RunningService | undefined;
  const lines: string[] = [];

  beforeAll(async () => {
    redis = await RedisServer.start(program);
    folder = await mkdtemp(path.join(tmpdir(), 'etcd-kloset-start-'));
  });
  afterAll(async () => {
    await redis.stop();
    await rm(folder, { recursive: true });
  });
  afterEach(async () => {
    await service?.stop();
    service = undefined;
    lines.length = 0;
  });

  function boot(given: ConfigurationInput = {}, name: ServiceName = 'embedded'): Promise<Boot> {
    const config = configurationFrom({ redis: { url: redis.url }, ops: { port: 0 }, ...given }, { folder });
    const log = createLogger({ service: name, destination: { write: (line) => lines.push(line) } });
    return createBoot({ service: name, config, log });
  }

  const nothing: ModuleFactory = () => ({ module: Empty });

  async function ready(): Promise<HealthReport & { http: number }> {
    const answer = await fetch(`http://127.0.0.1:${service!.ops.port}/readyz`);
    return { ...((await answer.json()) as HealthReport), http: answer.status };
  }

  it('share one boot, and end with it', async () => {
    const happened: string[] = [];
    const made = await boot();
    service = await startService(made, together(telling('a', happened), telling('b', happened)));
    expect(happened.sort()).toEqual(['a begins with embedded', 'b begins with embedded']);
    await service.stop();
    expect(happened.slice(2).sort()).toEqual(['a ends', 'b ends']);
    expect(made.stop.asked.aborted).toBe(true);
    await expect(ready()).rejects.toThrow();
    await whenEnded(made);
  });

  it('leave nothing behind when one of them does not start', async () => {
    const made = await boot();
    const fails: ModuleFactory = () => {
      throw new Error('no spool folder');
    };
    await expect(startService(made, fails)).rejects.toThrow('no spool folder');
    await whenEnded(made);
  });

  it('tell of a store that is away, and stay ready', async () => {
    service = await startService(await boot({ stores: { main: { url: './away' } } }), nothing);
    expect(await ready()).toMatchObject({ http: 200, status: 'ok' });
    for (;;) {
      const { http, checks } = await ready();
      expect(http).toBe(200);
      if (checks['store main']?.status === 'failed') break;
      expect(checks['store main']).toEqual({ critical: false, status: 'unknown' });
      await sleep(10);
    }
  });

  it('are not ready without a store that the configuration requires', async () => {
    const given = { stores: { main: { url: './away' } }, ops: { port: 0, requiredStores: ['main'] } };
    service = await startService(await boot(given), nothing);
    expect(await ready()).toMatchObject({
      http: 503,
      status: 'failed',
      checks: { redis: { status: 'ok' }, 'store main': { critical: true, status: 'failed' } },
    });
  });

  it.each([
    ['chunk-worker', []],
    ['storage-writer', ['store b']],
    ['snapshot-worker', ['store a']],
    ['api', ['store a', 'store b']],
  ] as const)('look at the stores that they talk to: %s', async (name, stores) => {
    const given: ConfigurationInput = {
      stores: { a: { url: './a' }, b: { url: 's3://s3.example/b' } },
      workers: { snapshot: { stores: ['a'] }, storage: { kinds: ['s3'] } },
    };
    const made = await boot(given, name);
    const { checks } = await made.health.ready();
    expect(Object.keys(checks).filter((each) => each.startsWith('store'))).toEqual(stores);
    await made.close();
  });

  it('count the requests to stores and their errors', async () => {
    const made = await boot({ stores: { main: { url: './away' } } });
    await made.stores.health('main');
    const text = await made.telemetry.metricsText();
    await made.close();
    expect(text).toMatch(/^kloset_store_request_seconds_count\{store="main",operation="[a-z]+"\} [1-9]/m);
    expect(text).toMatch(/^kloset_store_errors_total\{store="main",code="storage\.[a-z-]+"\} [1-9]/m);
  });
});

/** The connection is closed by then, which its client learns a little later. */
async function whenEnded({ redis }: Boot): Promise<void> {
  while (redis.client.status !== 'end') await sleep(5);
}

class Empty {
  readonly isEmpty = true;
}

function telling(name: string, happened: string[]): ModuleFactory {
  class Telling implements OnApplicationBootstrap, OnApplicationShutdown {
    onApplicationBootstrap(): void {
      happened.push(`${name} begins with ${service}`);
    }
    onApplicationShutdown(): void {
      happened.push(`${name} ends`);
    }
  }
  let service = '';
  return (boot): DynamicModule => {
    service = boot.service;
    return {
      module: class extends Empty {},
      providers: [{ provide: name, useFactory: () => new Telling() }],
    };
  };
}
