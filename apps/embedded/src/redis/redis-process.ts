import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { connectRedis } from '@etcd-kloset/jobs';
import { EmbeddedError } from '../errors.ts';
import { leash } from './leash.ts';

/** How a Redis of ours is reached: on this machine alone, by who has the password. */
export interface RedisAccess {
  readonly port: number;
  readonly password: string;
}

export function redisUrl({ port, password }: RedisAccess): string {
  return `redis://:${password}@127.0.0.1:${port}`;
}

/** A server that answers. */
export interface RedisProcess {
  readonly pid: number;
  /** Resolves when it has ended, whoever ended it. */
  readonly ended: Promise<void>;
  /** Has it write what it holds and end. */
  stop(): Promise<void>;
}

/** Longer than any data of ours takes to load. */
const START_LIMIT_MS = 120_000;
const POLL_MS = 20;
const LOG = 'redis.log';

/**
 * Starts `redis-server` with its data in `folder`, as jobs need it: nothing evicted, every write in its append-only
 * file. It ends with this process, however that ends. Its settings go through a pipe, so that no list of processes
 * shows the password.
 *
 * @throws EmbeddedError `start.redis-failed`
 */
export async function startRedisProcess(
  program: string,
  folder: string,
  access: RedisAccess,
): Promise<RedisProcess> {
  const log = openSync(path.join(folder, LOG), 'a', 0o600);
  // A group of its own: at Ctrl-C the workers end first.
  const child = spawn(program, ['-'], { cwd: folder, detached: true, stdio: ['pipe', log, log] });
  closeSync(log);
  const failedToSpawn = once(child, 'error') as Promise<[Error]>;
  if (child.pid === undefined) throw await failed(folder, (await failedToSpawn)[0]);
  child.on('error', () => undefined);
  child.stdin!.on('error', () => undefined);
  const ended = once(child, 'exit').then(() => undefined);
  const release = leash(child.pid);
  void ended.then(release);
  child.stdin!.end(settings(access));
  try {
    await untilItAnswers(child, access, folder);
  } catch (error) {
    child.kill('SIGKILL');
    throw error;
  }
  return {
    pid: child.pid,
    ended,
    stop: async () => {
      child.kill('SIGTERM');
      await ended;
    },
  };
}

function settings({ port, password }: RedisAccess): string {
  return [
    'bind 127.0.0.1',
    `port ${port}`,
    `requirepass ${password}`,
    'dir ./',
    'appendonly yes',
    'appendfsync everysec',
    'save ""',
    'maxmemory-policy noeviction',
    'daemonize no',
    '',
  ].join('\n');
}

async function untilItAnswers(child: ChildProcess, access: RedisAccess, folder: string): Promise<void> {
  const limit = Date.now() + START_LIMIT_MS;
  while (!(await answers(access))) {
    if (child.exitCode !== null || child.signalCode !== null) throw await failed(folder);
    if (Date.now() > limit) throw await failed(folder, new Error('it does not answer'));
    await sleep(POLL_MS);
  }
}

/** Whether a Redis listens there that takes this password, and has its data loaded. */
export async function answers(access: RedisAccess): Promise<boolean> {
  const redis = connectRedis({ url: redisUrl(access), failFast: true, name: 'etcd-kloset-start' });
  try {
    await redis.client.ping();
    return true;
  } catch {
    // It is loading, or not there: what it is does not matter to who waits.
    return false;
  } finally {
    redis.client.disconnect();
  }
}

async function failed(folder: string, cause?: Error): Promise<EmbeddedError> {
  const log = await readFile(path.join(folder, LOG), 'utf8').catch(() => '');
  const last = log.trim().split('\n').slice(-5).join('\n  ');
  return new EmbeddedError('start.redis-failed', `redis-server does not start with its data in ${folder}.`, {
    advice: last === '' ? 'See whether it starts by itself.' : `It says:\n  ${last}`,
    cause,
  });
}
