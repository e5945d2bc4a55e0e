import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';

export interface Health {
  readonly status: number;
  readonly checks: Readonly<Record<string, { status: string; code?: string; message?: string }>>;
}

/** The service `sleeper.ts` as a process of its own. */
export class ServiceProcess {
  readonly #process: ChildProcess;
  readonly #stderr: Promise<string>;
  #stdout = '';

  constructor(env: NodeJS.ProcessEnv, args: readonly string[] = []) {
    const program = path.join(import.meta.dirname, 'sleeper.ts');
    this.#process = spawn(process.execPath, [program, ...args], {
      env: { PATH: process.env.PATH, ETCD_KLOSET_OPS_PORT: '0', ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#process.stdout!.setEncoding('utf8').on('data', (piece: string) => (this.#stdout += piece));
    this.#stderr = text(this.#process.stderr!);
  }

  get stdout(): string {
    return this.#stdout;
  }

  /** What it has logged. */
  lines(): Record<string, unknown>[] {
    const whole = this.#stdout.slice(0, this.#stdout.lastIndexOf('\n') + 1);
    return whole
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
  }

  /** The first line with this sentence, once it is there. */
  async logged(msg: string): Promise<Record<string, unknown>> {
    for (;;) {
      const line = this.lines().find((each) => each.msg === msg);
      if (line !== undefined) return line;
      if (this.#process.exitCode !== null)
        throw new Error(`it ended before it said: ${msg}\n${await this.#stderr}`);
      await sleep(10);
    }
  }

  async health(of: '/readyz' | '/healthz'): Promise<Health> {
    const { port } = await this.logged('Health and metrics are served.');
    const answer = await fetch(`http://127.0.0.1:${String(port)}${of}`);
    return { ...((await answer.json()) as Pick<Health, 'checks'>), status: answer.status };
  }

  async whenReady(status: 200 | 503): Promise<Health> {
    for (;;) {
      const health = await this.health('/readyz');
      if (health.status === status) return health;
      await sleep(50);
    }
  }

  kill(signal: NodeJS.Signals): void {
    this.#process.kill(signal);
  }

  /** How it ended, once it did. */
  async ended(): Promise<{ code: number | null; signal: NodeJS.Signals | null; stderr: string }> {
    if (this.#process.exitCode === null && this.#process.signalCode === null)
      await once(this.#process, 'exit');
    const { exitCode: code, signalCode: signal } = this.#process;
    return { code, signal, stderr: await this.#stderr };
  }

  async stop(): Promise<void> {
    this.#process.kill('SIGKILL');
    await this.ended();
  }
}
