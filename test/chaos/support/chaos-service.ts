import { type ServiceName } from '@etcd-kloset/platform';
import { ServiceProcess } from '../../e2e/support/services/service-process.ts';
import { type TcpProxy } from './tcp-proxy.ts';

export interface ChaosServiceOptions {
  /** Such as `api-1`. */
  readonly name: string;
  readonly service: ServiceName;
  readonly configFile: string;
  readonly env?: NodeJS.ProcessEnv;
  /** Between it and Redis. */
  readonly proxy: TcpProxy;
}

/** A service that is killed and started again, any number of times. */
export class ChaosService {
  readonly name: string;
  readonly service: ServiceName;
  readonly proxy: TcpProxy;
  readonly #options: ChaosServiceOptions;
  readonly #runs: ServiceProcess[] = [];
  #killed = false;
  #started: Promise<unknown> = Promise.resolve();

  constructor(options: ChaosServiceOptions) {
    this.name = options.name;
    this.service = options.service;
    this.proxy = options.proxy;
    this.#options = options;
  }

  /** Does not wait for it. */
  start(): void {
    const { service, configFile, env, proxy } = this.#options;
    this.#killed = false;
    const redis = `redis://127.0.0.1:${proxy.port}`;
    const run = new ServiceProcess(service, { configFile, env: { ...env, REDIS_URL: redis } });
    this.#runs.push(run);
    this.#started = run.untilSaid(({ msg }) => msg === 'Started.');
    // One that is killed before rejects, and is not waited for.
    this.#started.catch(() => undefined);
  }

  async whenStarted(): Promise<void> {
    await this.#started;
  }

  async kill(): Promise<void> {
    this.#killed = true;
    await this.#now.kill();
  }

  pause(): void {
    this.#now.pause();
  }

  resume(): void {
    this.#now.resume();
  }

  /** It is not there, and nobody killed it. */
  get endedByItself(): boolean {
    return this.#now.hasEnded && !this.#killed;
  }

  /** What it said, in all its lives. */
  get log(): string {
    return this.#runs.map(({ pid, text }) => `--- process ${pid}\n${text}\n`).join('');
  }

  get #now(): ServiceProcess {
    return this.#runs.at(-1)!;
  }
}
