import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { type ServiceName } from '@etcd-kloset/platform';
import { type Reaper, startReaper } from '@etcd-kloset/testing';

export interface ServiceOptions {
  readonly configFile: string;
  readonly env?: NodeJS.ProcessEnv;
}

interface LogLine {
  readonly level: string;
  readonly msg: string;
  readonly [field: string]: unknown;
}

/** Lines that are kept for whoever wants to know why a test failed. */
const KEPT_LINES = 5000;

/** A service as it is shipped: its bundle, in a process of its own. */
export class ServiceProcess {
  readonly service: ServiceName;
  readonly #child: ChildProcess;
  readonly #reaper: Reaper;
  readonly #lines: string[] = [];
  readonly #exit: Promise<{ code: number | null; signal: NodeJS.Signals | null }>;
  #wake = Promise.withResolvers<undefined>();
  #ended = false;

  /** Resolves when it says that it has started. */
  static async start(service: ServiceName, options: ServiceOptions): Promise<ServiceProcess> {
    const started = new ServiceProcess(service, options);
    await started.untilSaid((line) => line.msg === 'Started.');
    return started;
  }

  constructor(service: ServiceName, { configFile, env = {} }: ServiceOptions) {
    this.service = service;
    const main = path.resolve(`apps/${service}/dist/main.js`);
    this.#child = spawn(process.execPath, ['--enable-source-maps', main, '--config', configFile], {
      env: { ...process.env, ETCD_KLOSET_OPS_PORT: '0', ETCD_KLOSET_LOG_LEVEL: 'debug', ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#reaper = startReaper('');
    this.#reaper.watch(this.pid);
    this.#exit = once(this.#child, 'exit').then(([code, signal]) => {
      this.#ended = true;
      this.#reaper.dismiss();
      this.#wake.resolve(undefined);
      return { code: code as number | null, signal: signal as NodeJS.Signals | null };
    });
    for (const stream of [this.#child.stdout!, this.#child.stderr!]) this.#collect(stream);
  }

  get pid(): number {
    return this.#child.pid!;
  }

  get hasEnded(): boolean {
    return this.#ended;
  }

  /** What it logged, oldest first; a line that is no JSON is its `msg`. */
  get log(): LogLine[] {
    return this.#lines.map(parseLine);
  }

  get text(): string {
    return this.#lines.join('\n');
  }

  /** Resident memory now, in bytes. */
  rss(): number {
    const status = readFileSync(`/proc/${this.pid}/status`, 'utf8');
    return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1]) * 1024;
  }

  /** The most it ever was, in bytes. */
  peakRss(): number {
    const status = readFileSync(`/proc/${this.pid}/status`, 'utf8');
    return Number(/^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1]) * 1024;
  }

  /** The first line that fits, said already or later. Rejects when the process ends before. */
  async untilSaid(fits: (line: LogLine) => boolean): Promise<LogLine> {
    for (let at = 0; ;) {
      for (; at < this.#lines.length; at++) {
        const line = parseLine(this.#lines[at]!);
        if (fits(line)) return line;
      }
      if (this.#ended) throw new Error(`${this.service} ended before it said so:\n${this.text.slice(-4000)}`);
      await this.#wake.promise;
    }
  }

  /** Asks it to end (SIGTERM) and waits for it. @returns its exit code */
  async stop(): Promise<number | null> {
    this.signal('SIGCONT');
    this.signal('SIGTERM');
    return (await this.#exit).code;
  }

  async kill(): Promise<void> {
    this.signal('SIGKILL');
    await this.#exit;
  }

  pause(): void {
    this.signal('SIGSTOP');
  }

  resume(): void {
    this.signal('SIGCONT');
  }

  signal(signal: NodeJS.Signals): void {
    if (!this.#ended) this.#child.kill(signal);
  }

  #collect(stream: NodeJS.ReadableStream): void {
    let rest = '';
    stream.setEncoding('utf8');
    stream.on('data', (piece: string) => {
      const lines = (rest + piece).split('\n');
      rest = lines.pop()!;
      this.#lines.push(...lines);
      this.#lines.splice(0, this.#lines.length - KEPT_LINES);
      this.#wake.resolve(undefined);
      this.#wake = Promise.withResolvers<undefined>();
    });
  }
}

function parseLine(line: string): LogLine {
  try {
    return JSON.parse(line) as LogLine;
  } catch {
    return { level: 'text', msg: line };
  }
}
