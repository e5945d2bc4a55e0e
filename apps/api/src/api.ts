import { type AddressInfo } from 'node:net';
import { type DynamicModule, type INestApplicationContext } from '@nestjs/common';
import { type NestExpressApplication } from '@nestjs/platform-express';
import { type Boot, PlatformError } from '@etcd-kloset/platform';
import { apiModule } from './api.module.ts';
import { createApplication } from './application.ts';

export interface Api {
  /** Begins to listen, and to do what the API does beside requests. @returns where */
  listen(): Promise<string>;
  /** Where it listens. @throws before it does */
  readonly url: string;
  /** Lets requests end, then lets go of all but the boot. */
  close(): Promise<void>;
}

/** The API in this process, at the address of the configuration; port 0 takes one that is free. */
export async function createApi(boot: Boot): Promise<Api> {
  const app = await createApplication(apiModule(boot), boot);
  return {
    async listen() {
      await listen(app, boot);
      return urlOf(app);
    },
    get url() {
      return urlOf(app);
    },
    close: () => app.close(),
  };
}

/** For `runService` and `startService`: makes the application of a module that has the API in it, and has it listen. */
export async function startApi(module: DynamicModule, boot: Boot): Promise<INestApplicationContext> {
  const app = await createApplication(module, boot);
  await listen(app, boot);
  boot.log.info('Listening.', { url: urlOf(app), keys: boot.config.api.keys.length });
  return app;
}

async function listen(app: NestExpressApplication, { config }: Boot): Promise<void> {
  const { host, port } = config.api.listen;
  try {
    await app.listen(port, host);
  } catch (cause) {
    // It works beside its requests already: that ends before Redis and the stores are let go.
    await app.close();
    throw new PlatformError('api.cannot-listen', `The API cannot be served on ${host}:${port}.`, {
      advice: 'Set api.listen (ETCD_KLOSET_API_LISTEN_PORT) to what is free on this machine.',
      cause,
    });
  }
}

function urlOf(app: NestExpressApplication): string {
  const address = app.getHttpServer().address() as AddressInfo | null;
  if (address === null) throw new Error('The API does not listen.');
  const host = address.family === 'IPv6' ? `[${address.address}]` : address.address;
  return `http://${host}:${address.port}`;
}
