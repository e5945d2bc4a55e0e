import { spawn, type ChildProcess } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import path from 'node:path';
import { run as runTool } from '@etcd-kloset/testing';

const root = path.resolve(import.meta.dirname, '../../../..');

export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  readonly cwd?: string;
  /** Besides PATH, which is all that the program is given otherwise. */
  readonly env?: Readonly<Record<string, string>>;
  /** Told all that came on standard error so far. */
  readonly onStderr?: (text: string, child: ChildProcess) => void;
  /** Told as soon as the program runs. */
  readonly onStart?: (child: ChildProcess) => void;
}

/** The program as it is built, for tests that run it as a process of its own. */
export interface Program {
  /** The folder with the built files. */
  readonly folder: string;
  run(words: readonly string[], options?: RunOptions): Promise<Ended>;
  /** Runs it with `--json`, expects it to succeed, and gives back the one document. */
  json<Document>(words: readonly string[], options?: RunOptions): Promise<Document>;
  remove(): void;
}

/** Builds the program for one file of tests; it must be removed in the end. */
export async function buildProgram(): Promise<Program> {
  const cache = path.join(root, '.cache');
  mkdirSync(cache, { recursive: true });
  // Inside the repository, where its one native package is found.
  const folder = mkdtempSync(path.join(cache, 'cli-under-test-'));
  try {
    await runTool(process.execPath, [path.join(root, 'apps/cli/build.ts'), folder]);
  } catch (error) {
    rmSync(folder, { recursive: true, force: true });
    throw error;
  }
  const run: Program['run'] = (words, options) =>
    runProcess(process.execPath, [path.join(folder, 'etcd-kloset.js'), ...words], options);
  return {
    folder,
    run,
    async json<Document>(words: readonly string[], options: RunOptions = {}): Promise<Document> {
      const ended = await run([...words, '--json'], options);
      if (ended.code !== 0) throw new Error(`${words.join(' ')} ended with ${ended.code}: ${ended.stderr}`);
      return JSON.parse(ended.stdout) as Document;
    },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

export function runProcess(
  file: string,
  words: readonly string[],
  { cwd, env = {}, onStderr, onStart }: RunOptions = {},
): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const child = spawn(file, words, {
      cwd,
      env: { PATH: '/usr/bin:/bin', ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr += text;
      onStderr?.(stderr, child);
    });
    // A reader that goes away, which some tests are, is no failure of theirs.
    child.stdout.on('error', () => undefined);
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, stdout, stderr }));
    onStart?.(child);
  });
}
