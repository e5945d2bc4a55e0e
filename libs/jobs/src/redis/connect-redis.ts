import { type ConnectionOptions } from 'node:tls';
import { Redis, type RedisOptions } from 'ioredis';
import { type JobsError } from '../errors.ts';
import { bracedPrefix } from './key-names.ts';
import { redisErrorOf } from './redis-errors.ts';
import { describeRedis, parseRedisUrl } from './redis-url.ts';

export interface ConnectRedisOptions {
  /** `redis://` or, with TLS, `rediss://`; user and password may stand in it. It is never printed. */
  readonly url: string;
  /** Of all keys, with or without its braces. Default: `etcd-kloset`. */
  readonly prefix?: string;
  /** Beyond what `rediss:` says: a CA, a client certificate. */
  readonly tls?: Pick<ConnectionOptions, 'ca' | 'cert' | 'key' | 'servername' | 'rejectUnauthorized'>;
  /**
   * For whoever answers requests: a command fails with `redis.unreachable` (see `redisErrorOf`) within seconds while
   * Redis is away. Default: false, commands wait for Redis to come back, as workers want it.
   */
  readonly failFast?: boolean;
  /** Told each time a connection fails or breaks: for the log. Nothing needs to be done, it is tried again. */
  readonly onError?: (error: JobsError | Error) => void;
  /** Shown in `CLIENT LIST`. */
  readonly name?: string;
}

export interface RedisHandle {
  readonly client: Redis;
  /** In braces: `{etcd-kloset}`. */
  readonly prefix: string;
  readonly failFast: boolean;
  /** For logs: the address without user and password. */
  readonly address: string;
  /** A connection of its own, which waits for Redis to come back; whoever asked for it ends it with `disconnect`. */
  duplicateForBlocking(): Redis;
  /** Ends this connection, at once when Redis is away. Those of `duplicateForBlocking` are not its own. */
  close(): Promise<void>;
}

/** A connection that has heard nothing for so long while it waits for an answer is taken for dead. Longer than anything blocks. */
const SILENCE_MS = 30_000;
const CONNECT_MS = 10_000;
const FAST_COMMAND_MS = 5000;
const LAST_WORD_MS = 1000;

/**
 * Connects in the background: Redis may be away, now and later. No command is sent with `keyPrefix`, which BullMQ
 * forbids; keys are made by `keys`.
 */
export function connectRedis(options: ConnectRedisOptions): RedisHandle {
  const { failFast = false } = options;
  parseRedisUrl(options.url);
  const common = commonOptions(options);
  const open = (fast: boolean): Redis =>
    listen(new Redis(options.url, { ...common, ...(fast ? FAST : PATIENT) }), options.onError);
  const client = open(failFast);
  return {
    client,
    prefix: bracedPrefix(options.prefix),
    failFast,
    address: describeRedis(options.url),
    duplicateForBlocking: () => open(false),
    close: () => closeClient(client),
  };
}

function commonOptions({ tls, name }: ConnectRedisOptions): RedisOptions {
  return {
    connectTimeout: CONNECT_MS,
    keepAlive: 10_000,
    disconnectTimeout: 500,
    socketTimeout: SILENCE_MS,
    ...(tls === undefined ? {} : { tls }),
    ...(name === undefined ? {} : { connectionName: name }),
  };
}

/** What BullMQ's workers need: nothing is given up while Redis is away. */
const PATIENT: RedisOptions = {
  maxRetriesPerRequest: null,
  retryStrategy: (times) => backOff(times, 2000),
};

/** A command survives one lost connection, and is dropped (not sent late) when the next one fails too. */
const FAST: RedisOptions = {
  maxRetriesPerRequest: 1,
  commandTimeout: FAST_COMMAND_MS,
  retryStrategy: (times) => backOff(times, 500),
};

/** Milliseconds: doubled each time up to a limit, spread so that not all workers come back in the same moment. */
function backOff(times: number, limit: number): number {
  return Math.round(Math.min(limit, 50 * 2 ** (times - 1)) * (0.5 + Math.random()));
}

function listen(client: Redis, onError: ConnectRedisOptions['onError']): Redis {
  // Without a listener ioredis prints errors itself.
  client.on('error', (error: Error) => {
    // The command of a refused login has the password among its arguments; callers get this very error.
    if ('command' in error) delete error.command;
    onError?.(redisErrorOf(error) ?? error);
  });
  return client;
}

async function closeClient(client: Redis): Promise<void> {
  if (client.status === 'ready') {
    // A frozen Redis answers no QUIT.
    const timer = setTimeout(() => disconnect(client), LAST_WORD_MS);
    await client.quit().catch(() => undefined);
    clearTimeout(timer);
  }
  disconnect(client);
}

/** Ends a connection without a word; a second time would keep the process alive for a while. */
export function disconnect(client: Redis): void {
  if (client.status !== 'end') client.disconnect();
}
