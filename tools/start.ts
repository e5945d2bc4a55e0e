/**
 * The whole system on this machine, in one process: API, workers and a Redis of its own.
 *
 *   npm start [-- options]      npm start -- --help
 */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { requireRedis, ToolUnavailableError } from '@etcd-kloset/testing';

const args = process.argv.slice(2);
const say = (line: string): void => console.error(`start: ${line}`);

const build = spawnSync(process.execPath, ['tools/build-services.ts', 'embedded'], {
  stdio: ['ignore', 'ignore', 'inherit'],
});
if (build.status !== 0) process.exit(1);
const redis = await redisServer();
const main = path.resolve('apps/embedded/dist/main.js');
const child = spawn(process.execPath, ['--enable-source-maps', main, ...args], {
  stdio: 'inherit',
  cwd: process.env['INIT_CWD'] ?? process.cwd(),
  env: { ...process.env, ...(redis === undefined ? {} : { ETCD_KLOSET_REDIS_SERVER: redis }) },
});
// A terminal sends ^C to the child as well: it decides when to end, this process only waits.
process.on('SIGINT', () => undefined);
process.on('SIGTERM', () => child.kill('SIGTERM'));
const [code, signal] = (await once(child, 'exit')) as [number | null, NodeJS.Signals | null];
process.exit(code ?? (signal === 'SIGINT' ? 130 : 1));

/** One to run, where nobody has named another; the program itself says what to do when there is none. */
async function redisServer(): Promise<string | undefined> {
  const named = ['REDIS_URL', 'ETCD_KLOSET_REDIS_URL', 'ETCD_KLOSET_REDIS_SERVER'];
  if (args.includes('--help') || named.some((name) => (process.env[name] ?? '') !== '')) return undefined;
  try {
    return await requireRedis(say);
  } catch (error) {
    if (!(error instanceof ToolUnavailableError)) throw error;
    say(error.message);
    return undefined;
  }
}
