import { spawn } from 'node:child_process';

export interface RunOptions {
  readonly cwd?: string;
  /** The whole environment of the command. Default: this process's own. */
  readonly env?: NodeJS.ProcessEnv;
  /** Written to the command's standard input, which is then closed. Default: nothing. */
  readonly input?: string | Uint8Array;
}

export interface RunResult {
  readonly stdout: string;
  readonly stderr: string;
}

/** A command that could not be started, was killed, or ended with another exit code than 0. */
export class CommandFailedError extends Error {
  readonly command: readonly string[];
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;

  constructor(
    command: readonly string[],
    exitCode: number | null,
    how: string,
    output: RunResult,
    cause?: unknown,
  ) {
    const said = (output.stderr.trim() || output.stdout.trim()).slice(-2000);
    super(`${command.join(' ')} ${how}${said === '' ? '' : `: ${said}`}`, { cause });
    this.name = 'CommandFailedError';
    this.command = command;
    this.exitCode = exitCode;
    this.stdout = output.stdout;
    this.stderr = output.stderr;
  }
}

/** Runs a command without a shell and gives back what it printed; rejects with {@link CommandFailedError}. */
export function run(command: string, args: readonly string[], options: RunOptions = {}): Promise<RunResult> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd: options.cwd, env: options.env, stdio: 'pipe' });
    const stdout: Buffer[] = [];
    const stderr: Buffer[] = [];
    child.stdout.on('data', (piece: Buffer) => stdout.push(piece));
    child.stderr.on('data', (piece: Buffer) => stderr.push(piece));
    const output = (): RunResult => ({
      stdout: Buffer.concat(stdout).toString(),
      stderr: Buffer.concat(stderr).toString(),
    });
    const fail = (code: number | null, how: string, cause?: unknown): void =>
      reject(new CommandFailedError([command, ...args], code, how, output(), cause));

    child.on('error', (error) => fail(null, 'could not be started', error));
    child.on('close', (code, signal) => {
      if (code === 0) resolve(output());
      else fail(code, signal === null ? `ended with exit code ${String(code)}` : `was ended by ${signal}`);
    });
    // A command that ends without reading its input is judged by its exit code, not by the broken pipe.
    child.stdin.on('error', () => undefined);
    child.stdin.end(options.input);
  });
}
