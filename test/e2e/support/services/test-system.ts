import { writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { connectRedis, type RedisHandle } from '@etcd-kloset/jobs';
import { type ConfigurationInput, newApiKey, type ServiceName } from '@etcd-kloset/platform';
import { freePorts, RedisServer, type RedisServerOptions } from '@etcd-kloset/testing';
import { stringify } from 'yaml';
import { ServiceProcess } from './service-process.ts';
import { makeServicesStore, type ServicesStore } from './test-store.ts';

export interface SystemOptions {
  /** What `requireRedis` gave. */
  readonly redisServer: string;
  readonly redisOptions?: RedisServerOptions;
  readonly stores: readonly string[];
  /** Folders of stores that lie elsewhere, by name. */
  readonly storeFolders?: Readonly<Record<string, string>>;
  /** What stands in the configuration besides stores, Redis and API keys; known once the stores are. */
  readonly configuration?: ConfigurationInput;
}

/** Redis, stores, a configuration file, and the services that a test starts with it. */
export class TestSystem {
  readonly folder: string;
  readonly redisServer: RedisServer;
  readonly redis: RedisHandle;
  readonly stores: Readonly<Record<string, ServicesStore>>;
  readonly configFile: string;
  readonly apiUrl: string;
  /** An administrator's. */
  readonly apiKey: string;
  readonly #services: ServiceProcess[] = [];

  private constructor(
    folder: string,
    redisServer: RedisServer,
    stores: Readonly<Record<string, ServicesStore>>,
    api: { readonly port: number; readonly key: string },
  ) {
    this.folder = folder;
    this.redisServer = redisServer;
    this.redis = connectRedis({ url: redisServer.url });
    this.stores = stores;
    this.configFile = path.join(folder, 'etcd-kloset.yaml');
    this.apiUrl = `http://127.0.0.1:${api.port}`;
    this.apiKey = api.key;
  }

  static async start(options: SystemOptions): Promise<TestSystem> {
    const folder = await mkdtemp(path.join(tmpdir(), 'etcd-kloset-system-'));
    const redisServer = await RedisServer.start(options.redisServer, options.redisOptions);
    const stores: Record<string, ServicesStore> = {};
    for (const name of options.stores) {
      stores[name] = await makeServicesStore(folder, name, options.storeFolders?.[name]);
    }
    const { token, hash } = newApiKey('test');
    const [port] = await freePorts(1);
    const system = new TestSystem(folder, redisServer, stores, { port: port!, key: token });
    system.configure(options.configuration ?? {}, { port: port!, hash });
    return system;
  }

  configure(
    more: ConfigurationInput,
    { port, hash }: { readonly port: number; readonly hash: string },
  ): void {
    const configuration: ConfigurationInput = {
      ...more,
      redis: { url: this.redisServer.url },
      stores: Object.fromEntries(
        Object.values(this.stores).map(({ name, folder, writerKeyFile, identityFile }) => [
          name,
          { url: folder, writerKeyFile, identityFile },
        ]),
      ),
      limits: { spoolFolder: path.join(this.folder, 'spool'), ...more.limits },
      api: {
        listen: { host: '127.0.0.1', port },
        keys: [{ name: 'test', role: 'admin', hash }],
        ...more.api,
      },
    };
    writeFileSync(this.configFile, stringify(configuration), { mode: 0o600 });
  }

  /** Started, and ended with the system if it still runs then. */
  async run(service: ServiceName, env?: NodeJS.ProcessEnv): Promise<ServiceProcess> {
    const started = await ServiceProcess.start(service, { configFile: this.configFile, env });
    this.#services.push(started);
    return started;
  }

  async runAll(services: readonly ServiceName[], env?: NodeJS.ProcessEnv): Promise<ServiceProcess[]> {
    return Promise.all(services.map((service) => this.run(service, env)));
  }

  get services(): readonly ServiceProcess[] {
    return this.#services;
  }

  async stop(): Promise<void> {
    await Promise.all(this.#services.filter(({ hasEnded }) => !hasEnded).map((service) => service.kill()));
    await this.redis.close();
    await this.redisServer.stop();
    await rm(this.folder, { recursive: true, force: true });
  }
}
