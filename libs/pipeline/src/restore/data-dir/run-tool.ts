import { spawn } from 'node:child_process';
import { PipelineError } from '../../errors.ts';

/** More than what etcd's tools say in one run. */
const MOST_OUTPUT = 1024 * 1024;

/**
 * Runs a program of etcd without a shell, and waits until it has ended, also when it is told to stop.
 *
 * @throws PipelineError `restore.etcdutl-failed` with what the program said; the signal's reason
 */
export async function runTool(
  file: string,
  args: readonly string[],
  signal: AbortSignal | undefined,
): Promise<{ stdout: string; stderr: string }> {
  signal?.throwIfAborted();
  const child = spawn(file, args, { stdio: ['ignore', 'pipe', 'pipe'], env: ownEnvironment() });
  const stop = (): void => {
    child.kill('SIGTERM');
  };
  signal?.addEventListener('abort', stop, { once: true });
  try {
    const output = { stdout: '', stderr: '' };
    for (const name of ['stdout', 'stderr'] as const) {
      child[name].setEncoding('utf8').on('data', (text: string) => {
        output[name] = (output[name] + text).slice(-MOST_OUTPUT);
      });
    }
    const how = await new Promise<string | undefined>((resolve, reject) => {
      child.on('error', (cause) => reject(failed(file, 'cannot be run', '', cause)));
      child.on('close', (code, ended) => {
        if (code === 0) resolve(undefined);
        else resolve(code === null ? `was ended by ${ended}` : `ended with exit code ${code}`);
      });
    });
    signal?.throwIfAborted();
    if (how !== undefined) throw failed(`${file} ${args.slice(0, 2).join(' ')}`, how, said(output));
    return output;
  } finally {
    signal?.removeEventListener('abort', stop);
  }
}

/** etcdctl takes its flags from ETCDCTL_* too, and refuses to run when both are given. */
function ownEnvironment(): NodeJS.ProcessEnv {
  const others = Object.entries(process.env).filter(([name]) => !/^ETCD(CTL|UTL)?_/.test(name));
  return { ...Object.fromEntries(others), ETCDCTL_API: '3' };
}

/** Its last word, which is the error: a line of etcd's log is JSON with a "msg" and an "error". */
function said({ stdout, stderr }: { stdout: string; stderr: string }): string {
  const lines = `${stdout}\n${stderr}`.split('\n').filter((line) => line.trim() !== '');
  return lines.findLast((line) => line.startsWith('Error: ')) ?? lines.at(-1) ?? '';
}

function failed(what: string, how: string, words: string, cause?: unknown): PipelineError {
  const full = /no space left on device/i.test(words);
  return new PipelineError(
    full ? 'restore.output-full' : 'restore.etcdutl-failed',
    `${what} ${how}${words === '' ? '' : `: ${words.slice(0, 1000)}`}`,
    {
      advice: full
        ? 'Free some space: a restore needs room for the snapshot file and for the data directory.'
        : 'See what it says; nothing of what it wrote was left behind.',
      cause,
    },
  );
}
