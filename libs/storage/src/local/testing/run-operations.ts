import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';

const program = fileURLToPath(new URL('./operations-main.ts', import.meta.url));

export interface Answer {
  readonly result?: unknown;
  readonly code?: string;
  readonly retryable?: boolean;
  readonly message?: string;
}

export interface Run {
  readonly answers: readonly Answer[];
  readonly signal: NodeJS.Signals | null;
  readonly exitCode: number | null;
  readonly errorOutput: string;
}

/**
 * Runs the operations of `operations-main.ts` in a process of their own.
 *
 * @param prefix a command that gets the rest as its arguments, such as `strace -f` or `prlimit --nofile=60`
 */
export async function runOperations(
  root: string,
  operations: readonly string[],
  prefix: readonly string[] = [],
): Promise<Run> {
  const [command, ...args] = [...prefix, process.execPath, program, root, ...operations];
  const child = spawn(command!, args, {
    // One thread for all system calls: they come in the order in which they are asked for.
    env: { ...process.env, NODE_OPTIONS: '', UV_THREADPOOL_SIZE: '1' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const closed = once(child, 'close') as Promise<[number | null, NodeJS.Signals | null]>;
  const [output, errorOutput] = await Promise.all([text(child.stdout), text(child.stderr)]);
  const [exitCode, signal] = await closed;
  const answers = output
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Answer);
  return { answers, signal, exitCode, errorOutput };
}
