import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { requireEtcd, requireRedis, ToolUnavailableError } from '@etcd-kloset/testing';
import { type Counts, countsOf, type JestReport } from './test-summary.ts';

const FAILED: Counts = { passed: 0, failed: 1, skipped: 0 };
const PROJECTS = ['unit', 'int', 'e2e'] as const;

/**
 * Gets the programs that tests need, builds the command and runs Jest over all projects, or those that
 * `--unit`, `--int` and `--e2e` name. All other arguments are Jest's own.
 */
export async function runTests(args: readonly string[]): Promise<Counts> {
  const named = PROJECTS.filter((project) => args.includes(`--${project}`));
  const projects: readonly string[] = named.length === 0 ? PROJECTS : named;
  const jestArgs = args.filter((arg) => !PROJECTS.some((project) => arg === `--${project}`));
  const alone = projects.length === 1 && projects[0] === 'unit';
  if (!alone && !((await haveTools()) && build())) return FAILED;
  return runJest(projects, jestArgs);
}

/** Says what it runs, then runs it with its output shown; returns whether it ended well. */
export function runCommand(what: string, command: string, args: readonly string[]): boolean {
  console.log(`test: ${what}: ${[command, ...args].join(' ')}`);
  const { status, error } = spawnSync(command, args, { stdio: 'inherit' });
  if (status === 0) return true;
  console.error(`test: ${what} failed${error === undefined ? '' : `: ${error.message}`}`);
  return false;
}

/** On a laptop that cannot have etcd or Redis their suites are skipped and say so; under CI that is a failure. */
async function haveTools(): Promise<boolean> {
  const say = (line: string): void => console.log(`test: ${line}`);
  try {
    const { version } = await requireEtcd('3.5', say);
    say(`etcd ${version} is ready`);
    await requireRedis(say);
    say('redis-server is ready');
    return true;
  } catch (error) {
    if (!(error instanceof ToolUnavailableError)) throw error;
    console.error(`test: ${error.message}`);
    return process.env['CI'] !== 'true';
  }
}

function build(): boolean {
  return !existsSync('apps/cli/build.ts') || runCommand('build', 'npm', ['run', '--silent', 'build']);
}

function runJest(projects: readonly string[], args: readonly string[]): Counts {
  const folder = mkdtempSync(path.join(tmpdir(), 'etcd-kloset-test-'));
  const outputFile = path.join(folder, 'report.json');
  try {
    runCommand('Jest', process.execPath, [
      ...['tools/jest.ts', '--selectProjects', ...projects],
      ...['--json', `--outputFile=${outputFile}`, '--passWithNoTests'],
      ...args,
    ]);
    const report = existsSync(outputFile) ? readFileSync(outputFile, 'utf8') : undefined;
    return countsOf(report === undefined ? undefined : (JSON.parse(report) as JestReport));
  } finally {
    rmSync(folder, { recursive: true });
  }
}
