import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePorts } from '../free-ports.ts';
import { type Reaper, startReaper } from '../reaper.ts';
import { answersPing } from './ping.ts';

export interface RedisServerOptions {
  /** Further arguments, such as `['--maxmemory', '64mb']`. */
  readonly args?: readonly string[];
  /** Default: yes, and every write is synced before it is answered: what was answered survives `kill`. */
  readonly appendonly?: boolean;
  /** Default: noeviction. */
  readonly maxmemoryPolicy?: string;
  /** Default: a free one. */
  readonly port?: number;
  /** What clients must show. Default: none. */
  readonly password?: string;
}

/** Far more than any start takes: reached only when something is wrong. */
const START_LIMIT_MS = 60_000;
const POLL_MS = 10;

/** One redis-server on 127.0.0.1 with a folder of its own, which goes away with it. */
export class RedisServer {
  readonly port: number;
  /** With the password, if there is one. */
  readonly url: string;
  readonly folder: string;
  readonly #program: string;
  readonly #options: RedisServerOptions;
  readonly #reaper: Reaper;
  #process: ChildProcess | undefined;

  private constructor(program: string, folder: string, port: number, options: RedisServerOptions) {
    this.#program = program;
    this.#options = options;
    this.folder = folder;
    this.port = port;
    const login = options.password === undefined ? '' : `:${encodeURIComponent(options.password)}@`;
    this.url = `redis://${login}127.0.0.1:${port}`;
    this.#reaper = startReaper(folder);
  }

  /** `program` is what `requireRedis` gives. It answers when this resolves. */
  static async start(program: string, options: RedisServerOptions = {}): Promise<RedisServer> {
    const folder = await mkdtemp(path.join(tmpdir(), 'etcd-kloset-redis-'));
    const port = options.port ?? (await freePorts(1))[0]!;
    const server = new RedisServer(program, folder, port, options);
    try {
      await server.restart();
    } catch (error) {
      await server.stop();
      throw error;
    }
    return server;
  }

  get pid(): number | undefined {
    return this.#process?.pid;
  }

  get running(): boolean {
    return this.#process !== undefined;
  }

  /** Starts it again on the same port, with what it has written; ends it first (SIGTERM) if it still runs. */
  async restart(): Promise<void> {
    await this.#end('SIGTERM');
    const log = openSync(this.#logFile, 'a');
    const child = spawn(this.#program, this.#arguments(), { cwd: this.folder, stdio: ['ignore', log, log] });
    closeSync(log);
    if (child.pid === undefined) {
      const [error] = (await once(child, 'error')) as [Error];
      throw error;
    }
    const pid = child.pid;
    this.#process = child;
    this.#reaper.watch(pid);
    child.once('exit', () => {
      this.#reaper.forget(pid);
      if (this.#process === child) this.#process = undefined;
    });
    await this.#waitUntilReady();
  }

  /** Ends it and removes its folder. (SIGKILL: while it writes its first append-only file SIGTERM does nothing.) */
  async stop(): Promise<void> {
    await this.#end('SIGKILL');
    this.#reaper.dismiss();
    await rm(this.folder, { recursive: true, force: true });
  }

  /** Ends it in the middle of whatever it does (SIGKILL). */
  async kill(): Promise<void> {
    await this.#end('SIGKILL');
  }

  /** Freezes it: connections stay open and nothing is answered (SIGSTOP). */
  pause(): void {
    this.#process?.kill('SIGSTOP');
  }

  resume(): void {
    this.#process?.kill('SIGCONT');
  }

  /** The last lines that it wrote. */
  async log(): Promise<string> {
    const text = await readFile(this.#logFile, 'utf8').catch(() => '');
    return text.slice(-4000);
  }

  get #logFile(): string {
    return path.join(this.folder, 'redis.log');
  }

  #arguments(): string[] {
    const { appendonly = true, maxmemoryPolicy = 'noeviction', password, args = [] } = this.#options;
    return [
      ...['--port', String(this.port), '--bind', '127.0.0.1', '--dir', this.folder, '--save', ''],
      ...['--appendonly', appendonly ? 'yes' : 'no', '--appendfsync', 'always'],
      ...['--maxmemory-policy', maxmemoryPolicy],
      ...(password === undefined ? [] : ['--requirepass', password]),
      ...args,
    ];
  }

  async #end(signal: NodeJS.Signals): Promise<void> {
    const child = this.#process;
    if (child === undefined) return;
    const exit = once(child, 'exit');
    // A frozen process takes SIGTERM only when it goes on.
    child.kill('SIGCONT');
    child.kill(signal);
    await exit;
  }

  async #waitUntilReady(): Promise<void> {
    const limit = Date.now() + START_LIMIT_MS;
    while (!(await answersPing(this.port, this.#options.password))) {
      if (!this.running) throw new Error(`redis-server stopped before it was ready:\n${await this.log()}`);
      if (Date.now() > limit) throw new Error(`redis-server is not ready:\n${await this.log()}`);
      await sleep(POLL_MS);
    }
  }
}
