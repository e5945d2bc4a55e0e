import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { connectRedis } from '@etcd-kloset/jobs';
import { EmbeddedError } from '../errors.ts';
import { identityOf, isAlive, type ProcessIdentity } from '../state/process-identity.ts';
import { type StateFolder } from '../state/state-folder.ts';
import {
  answers,
  type RedisAccess,
  type RedisProcess,
  redisUrl,
  startRedisProcess,
} from './redis-process.ts';

/** The Redis of this process: it is started with it and ends with it. */
export interface OwnRedis {
  readonly url: string;
  stop(): Promise<void>;
}

/** What the next start must know of this one's Redis, should it be left behind. */
interface Noted extends RedisAccess {
  readonly process: ProcessIdentity;
}

const NOTE = 'redis.json';
const DATA = 'redis';
const RESTART_PAUSE_MS = 1000;
const END_LIMIT_MS = 60_000;

/**
 * Starts a Redis with its data in the state folder. One that an earlier start left behind is ended first; one that dies
 * is started again on the same port.
 *
 * @param note told what goes on, a sentence each time
 * @throws EmbeddedError `start.redis-failed`
 */
export async function startOwnRedis(
  state: StateFolder,
  program: string,
  note: (sentence: string) => void,
): Promise<OwnRedis> {
  await endLeftBehind(state, note);
  await mkdir(state.file(DATA), { recursive: true, mode: 0o700 });
  const access: RedisAccess = { port: await freePort(), password: randomBytes(24).toString('base64url') };
  const stopping = new AbortController();
  const isStopping = (): boolean => stopping.signal.aborted;
  const start = async (): Promise<RedisProcess> => {
    const started = await startRedisProcess(program, state.file(DATA), access);
    await writeNote(state, { ...access, process: identityOf(started.pid) });
    return started;
  };
  let current = await start();
  const keptUp = (async () => {
    for (;;) {
      await current.ended;
      if (isStopping()) return;
      note('Redis has ended by itself; it is started again');
      await sleep(RESTART_PAUSE_MS);
      if (isStopping()) return;
      try {
        current = await start();
        if (isStopping()) await current.stop();
      } catch (error) {
        note(error instanceof Error ? error.message : String(error));
      }
    }
  })();
  return {
    url: redisUrl(access),
    stop: async () => {
      stopping.abort();
      await current.stop();
      await keptUp;
      await rm(state.file(NOTE), { force: true });
    },
  };
}

/** Two servers on the same data would spoil it. Ours is known by its password, and asked to end, not killed. */
async function endLeftBehind(state: StateFolder, note: (sentence: string) => void): Promise<void> {
  const noted = await readNote(state);
  if (noted === undefined || !isAlive(noted.process)) return;
  note(`ending the Redis of an earlier start, process ${noted.process.pid}`);
  if (await answers(noted)) {
    const redis = connectRedis({ url: redisUrl(noted), failFast: true, name: 'etcd-kloset-start' });
    // It answers by closing the connection.
    await redis.client.shutdown('NOSAVE').catch(() => undefined);
    redis.client.disconnect();
  }
  const limit = Date.now() + END_LIMIT_MS;
  while (isAlive(noted.process)) {
    if (Date.now() > limit) throw doesNotEnd(noted.process, state);
    await sleep(50);
  }
}

function doesNotEnd({ pid }: ProcessIdentity, state: StateFolder): EmbeddedError {
  return new EmbeddedError(
    'start.redis-failed',
    `The redis-server of an earlier start, process ${pid}, still has its data in ${state.file(DATA)} and does not end.`,
    { advice: `End it (kill ${pid}) and start again.` },
  );
}

async function readNote(state: StateFolder): Promise<Noted | undefined> {
  try {
    return JSON.parse(await readFile(state.file(NOTE), 'utf8')) as Noted;
  } catch {
    // The first start, or one after a clean end.
    return undefined;
  }
}

async function writeNote(state: StateFolder, noted: Noted): Promise<void> {
  const unfinished = state.file(`${NOTE}.new`);
  await writeFile(unfinished, JSON.stringify(noted), { mode: 0o600 });
  await rename(unfinished, state.file(NOTE));
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address() as AddressInfo;
  probe.close();
  await once(probe, 'close');
  return port;
}
