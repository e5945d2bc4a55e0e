import { type Redis } from 'ioredis';
import { JobsError } from '../errors.ts';
import { orRedisError, redisErrorOf } from './redis-errors.ts';

export interface RedisPolicyOptions {
  /** Takes a Redis that loses everything in a restart. Default: false. */
  readonly allowNoPersistence?: boolean;
  /** Told, once a call, what could not be found out. */
  readonly onWarning?: (warning: string) => void;
}

/** The first with what scripts and BullMQ use. */
const OLDEST = [6, 2] as const;

/**
 * Throws a {@link JobsError} when this Redis would lose jobs: `redis.evicts`, `redis.not-persistent`, `redis.too-old`.
 * Reads `INFO`, which managed services answer too; they often forbid `CONFIG`.
 */
export async function assertRedisPolicy(client: Redis, options: RedisPolicyOptions = {}): Promise<void> {
  const facts = await readFacts(client);
  const unknown: string[] = [];
  if (facts.version === undefined) unknown.push('its version');
  else if (isOlder(facts.version)) throw tooOld(facts.version);
  if (facts.policy === undefined) unknown.push('maxmemory-policy');
  else if (facts.policy !== 'noeviction') throw evicts(facts.policy);
  if (facts.appendOnly === undefined) unknown.push('appendonly');
  else if (!facts.appendOnly && options.allowNoPersistence !== true) throw notPersistent();
  if (unknown.length > 0) {
    options.onWarning?.(
      `Redis does not tell ${unknown.join(' and ')}. ` +
        'Make sure that it has "maxmemory-policy noeviction" and "appendonly yes": it would lose jobs otherwise.',
    );
  }
}

interface RedisFacts {
  readonly version: string | undefined;
  readonly policy: string | undefined;
  readonly appendOnly: boolean | undefined;
}

async function readFacts(client: Redis): Promise<RedisFacts> {
  const info = await askInfo(client);
  const field = (name: string): string | undefined =>
    new RegExp(`^${name}:(.*)\\r?$`, 'm').exec(info)?.[1]?.trim();
  const aof = field('aof_enabled');
  return {
    version: field('redis_version'),
    policy: field('maxmemory_policy'),
    appendOnly: aof === undefined ? undefined : aof === '1',
  };
}

/** Empty when this user may not ask. */
async function askInfo(client: Redis): Promise<string> {
  try {
    return await orRedisError(client.info());
  } catch (error) {
    const known = redisErrorOf(error);
    if (known !== undefined && known.code !== 'redis.denied') throw known;
    return '';
  }
}

function isOlder(version: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return major < OLDEST[0] || (major === OLDEST[0] && minor < OLDEST[1]);
}

function tooOld(version: string): JobsError {
  return new JobsError('redis.too-old', `Redis ${version} is too old.`, {
    advice: `Use Redis ${OLDEST.join('.')} or later.`,
  });
}

function evicts(policy: string): JobsError {
  return new JobsError(
    'redis.evicts',
    `Redis would throw jobs away when its memory is full: its maxmemory-policy is ${policy}.`,
    {
      advice:
        'Set "maxmemory-policy noeviction" in redis.conf, and at once with: redis-cli CONFIG SET maxmemory-policy noeviction',
    },
  );
}

function notPersistent(): JobsError {
  return new JobsError(
    'redis.not-persistent',
    'Redis would lose all jobs in a restart: its append-only file is off.',
    {
      advice: 'Set "appendonly yes" in redis.conf, and at once with: redis-cli CONFIG SET appendonly yes',
    },
  );
}
