import { type ChildProcess, spawn } from 'node:child_process';
import path from 'node:path';

/** The built program, as its user runs it. */
export const PROGRAM = path.resolve(import.meta.dirname, '../../../apps/cli/dist/etcd-kloset.js');

export interface CommandResult {
  /** Exit code; undefined when a signal ended it. */
  readonly code: number | undefined;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunningCommand {
  readonly process: ChildProcess;
  readonly result: Promise<CommandResult>;
}

/** Starts the program with these arguments and nothing of ours in its environment. */
export function startCommand(args: readonly string[], env: NodeJS.ProcessEnv = {}): RunningCommand {
  const { PATH, HOME } = process.env;
  const child = spawn(process.execPath, [PROGRAM, ...args], {
    env: { PATH, HOME, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (data: Buffer) => (stdout += data.toString()));
  child.stderr.on('data', (data: Buffer) => (stderr += data.toString()));
  const result = new Promise<CommandResult>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => {
      resolve({ code: code ?? undefined, stdout, stderr });
    });
  });
  return { process: child, result };
}

export function runCommand(args: readonly string[], env?: NodeJS.ProcessEnv): Promise<CommandResult> {
  return startCommand(args, env).result;
}

/** Runs a command that must succeed and gives its JSON document. */
export async function runJson<T>(args: readonly string[], env?: NodeJS.ProcessEnv): Promise<T> {
  const { code, stdout, stderr } = await runCommand([...args, '--json'], env);
  if (code !== 0)
    throw new Error(`etcd-kloset ${args.join(' ')} ended with ${code ?? 'a signal'}:\n${stderr}`);
  return JSON.parse(stdout) as T;
}
