import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { readFile, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Reaper } from '../reaper.ts';

export interface MemberPorts {
  readonly client: number;
  readonly peer: number;
  readonly metrics: number;
}

export interface MemberLayout {
  readonly name: string;
  /** The `etcd` program. */
  readonly program: string;
  readonly folder: string;
  readonly ports: MemberPorts;
  readonly scheme: 'http' | 'https';
  /** Beyond name, folder and addresses. */
  readonly flags: readonly string[];
  readonly reaper: Reaper;
}

/**
 * When a start counts as done: `healthy`, when the member answers reads that need the quorum; `serving`,
 * when its client port is open; `launched`, at once, to be followed by {@link EtcdMember.waitUntil}.
 */
export type Readiness = 'healthy' | 'serving' | 'launched';

/** Far more than any start takes: reached only when something is wrong. */
const START_LIMIT_MS = 60_000;
const POLL_MS = 20;

/** One etcd process and its data directory. */
export class EtcdMember {
  readonly name: string;
  readonly dataDir: string;
  /** For clients: a URL. */
  readonly endpoint: string;
  /** For clients: `host:port`. */
  readonly address: string;
  readonly peerUrl: string;
  readonly #layout: MemberLayout;
  readonly #logFile: string;
  #process: ChildProcess | undefined;

  constructor(layout: MemberLayout) {
    this.#layout = layout;
    this.name = layout.name;
    this.dataDir = path.join(layout.folder, `${layout.name}.etcd`);
    this.#logFile = path.join(layout.folder, `${layout.name}.log`);
    this.address = `127.0.0.1:${layout.ports.client}`;
    this.endpoint = `${layout.scheme}://${this.address}`;
    this.peerUrl = `http://127.0.0.1:${layout.ports.peer}`;
  }

  get pid(): number | undefined {
    return this.#process?.pid;
  }

  get running(): boolean {
    return this.#process !== undefined;
  }

  /** Starts it on what is in its data directory. `extraFlags` hold for this start only. */
  async start(
    options: { readonly until?: Readiness; readonly extraFlags?: readonly string[] } = {},
  ): Promise<void> {
    if (this.running) throw new Error(`${this.name} runs already`);
    const log = openSync(this.#logFile, 'a');
    const child = spawn(this.#layout.program, [...this.#flags(), ...(options.extraFlags ?? [])], {
      cwd: this.#layout.folder,
      env: withoutEtcdVariables(process.env),
      stdio: ['ignore', log, log],
    });
    closeSync(log);
    if (child.pid === undefined) {
      const [error] = (await once(child, 'error')) as [Error];
      throw error;
    }
    this.#process = child;
    this.#layout.reaper.watch(child.pid);
    const pid = child.pid;
    child.once('exit', () => {
      this.#layout.reaper.forget(pid);
      if (this.#process === child) this.#process = undefined;
    });
    await this.waitUntil(options.until ?? 'healthy');
  }

  /** Rejects with the end of the member's log if it stops meanwhile or does not get there in a minute. */
  async waitUntil(readiness: Readiness): Promise<void> {
    const limit = Date.now() + START_LIMIT_MS;
    while (!(await this.#is(readiness))) {
      if (!this.running)
        throw new Error(`${this.name} stopped before it was ${readiness}:\n${await this.log()}`);
      if (Date.now() > limit) throw new Error(`${this.name} is not ${readiness}:\n${await this.log()}`);
      await sleep(POLL_MS);
    }
  }

  /** Asks it to end (SIGTERM) and waits until it has. */
  async stop(): Promise<void> {
    await this.#end('SIGTERM');
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

  /** Removes its data; the member must not run. */
  async removeData(): Promise<void> {
    if (this.running) throw new Error(`${this.name} still runs`);
    await rm(this.dataDir, { recursive: true, force: true });
  }

  /** The last lines that it wrote. */
  async log(): Promise<string> {
    const text = await readFile(this.#logFile, 'utf8').catch(() => '');
    return text.slice(-4000);
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

  #flags(): string[] {
    const { ports, scheme, flags, name } = this.#layout;
    return [
      ...['--name', name, '--data-dir', this.dataDir],
      ...['--listen-client-urls', `${scheme}://127.0.0.1:${ports.client}`],
      ...['--advertise-client-urls', this.endpoint],
      ...['--listen-peer-urls', this.peerUrl, '--initial-advertise-peer-urls', this.peerUrl],
      ...['--listen-metrics-urls', `http://127.0.0.1:${ports.metrics}`],
      ...flags,
    ];
  }

  #is(readiness: Readiness): Promise<boolean> {
    switch (readiness) {
      case 'launched':
        return Promise.resolve(true);
      case 'serving':
        return canConnect(this.#layout.ports.client);
      case 'healthy':
        return this.#answersHealth();
    }
  }

  async #answersHealth(): Promise<boolean> {
    const { metrics } = this.#layout.ports;
    try {
      const url = `http://127.0.0.1:${metrics}/health?exclude=NOSPACE&exclude=CORRUPT`;
      const response = await fetch(url, { signal: AbortSignal.timeout(5000) });
      const { health } = (await response.json()) as { health: unknown };
      return health === 'true' && (await canConnect(this.#layout.ports.client));
    } catch {
      return false;
    }
  }
}

function canConnect(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => resolve(true));
    socket.once('error', () => resolve(false));
    socket.once('close', () => resolve(false));
    socket.once('connect', () => socket.destroy());
  });
}

/** Variables such as ETCD_NAME or ETCDCTL_USER of whoever runs the tests would change what they test. */
export function withoutEtcdVariables(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !/^ETCD(CTL|UTL)?_/.test(name)));
}
