import { type DynamicModule, type INestApplicationContext } from '@nestjs/common';
import { type OpsServer, startOpsServer } from '../health/ops-server.ts';
import { nestLogger } from '../logs/nest-logger.ts';
import { type Boot } from './boot.ts';
import { waitForRedis } from './wait-for-redis.ts';

/** A service package's module, made of what the process has. */
export type ModuleFactory = (boot: Boot) => DynamicModule;

/** Makes the Nest application, and has it listen if it listens. Default: a context without HTTP. */
export type ApplicationFactory = (module: DynamicModule, boot: Boot) => Promise<INestApplicationContext>;

export interface RunningService {
  /** None when the process was asked to end while it still waited for Redis. */
  readonly app: INestApplicationContext | undefined;
  readonly ops: OpsServer;
  /** Asks the boot to stop, drains, and closes everything, the boot too. */
  stop(): Promise<void>;
}

/**
 * Starts a service within this process, and the boot with it: health and metrics at once, the rest when Redis is
 * there. Installs nothing into the process itself: that is `runService`'s.
 */
export async function startService(
  boot: Boot,
  moduleFactory: ModuleFactory,
  createApplication: ApplicationFactory = createContext,
): Promise<RunningService> {
  const { service, health, telemetry, log, config } = boot;
  let ops: OpsServer | undefined;
  let app: INestApplicationContext | undefined;
  const end = async (): Promise<void> => {
    boot.stop.ask();
    // Health is told until the last.
    await inTurn(
      () => app?.close(),
      () => ops?.close(),
      () => boot.close(),
    );
  };
  let ending: Promise<void> | undefined;
  const stop = (): Promise<void> => (ending ??= end());
  try {
    ops = await startOpsServer({ service, health, telemetry, log, listen: config.ops });
    log.info('Health and metrics are served.', { host: config.ops.host, port: ops.port });
    if (await waitForRedis(boot)) app = await createApplication(moduleFactory(boot), boot);
    return { app, ops, stop };
  } catch (error) {
    await stop().catch((later: unknown) => log.warn('Not all could be closed.', { error: later }));
    throw error;
  }
}

/** What one leaves undone by its error, the next ones do not; the first error counts. */
async function inTurn(...steps: (() => Promise<void> | undefined)[]): Promise<void> {
  const errors: unknown[] = [];
  for (const step of steps) {
    try {
      await step();
    } catch (error) {
      errors.push(error);
    }
  }
  if (errors.length > 0) throw errors[0];
}

async function createContext(module: DynamicModule, boot: Boot): Promise<INestApplicationContext> {
  // Nest is loaded when everything that it may use runs already.
  const { NestFactory } = await import('@nestjs/core');
  // eslint-disable-next-line @typescript-eslint/no-unsafe-class-instance-assignment -- Nest's options are a plain object
  return NestFactory.createApplicationContext(module, { logger: nestLogger(boot.log), abortOnError: false });
}
