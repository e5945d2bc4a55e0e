import { type RedisHandle } from '../redis/connect-redis.ts';
import { keys } from '../redis/key-names.ts';
import { orRedisError } from '../redis/redis-errors.ts';
import { redisScript, runScript } from '../redis/run-script.ts';

/** The one running backup of a cluster in a store. */
export interface RunningBackup {
  readonly store: string;
  readonly cluster: string;
  readonly backup: string;
}

export interface ClaimRunningOptions extends RunningBackup {
  /** Whether a backup's job has not ended; `undefined` when there is no such job, or none yet. */
  readonly isAlive: (backup: string) => Promise<boolean | undefined>;
}

/** Between a claim and the job that follows it may lie a dispatcher's death, and its job's second try. */
const GRACE_MS = 120_000;
const KEEP_MS = 30 * 24 * 3600 * 1000;

/**
 * Makes `backup` the running one of its cluster, or tells which other one is: two requests never make two backups at a
 * time. A claim whose backup has ended, or never began, is taken over. Safe to call twice with the same backup.
 */
export async function claimRunning(
  redis: RedisHandle,
  { store, cluster, backup, isAlive }: ClaimRunningOptions,
): Promise<{ backup: string; joined: boolean }> {
  const key = keys.running(redis.prefix, store, cluster);
  for (;;) {
    const found = await orRedisError(redis.client.get(key));
    const claim = found === null ? undefined : parseClaim(found);
    if (claim?.backup === backup) return { backup, joined: false };
    if (claim !== undefined) {
      const alive = (await isAlive(claim.backup)) ?? Date.now() - claim.since < GRACE_MS;
      if (alive) return { backup: claim.backup, joined: true };
    }
    const ours = `${backup} ${Date.now()}`;
    if ((await runScript(redis.client, REPLACE, key, [found ?? '', ours, KEEP_MS])) === 1) {
      return { backup, joined: false };
    }
    // Somebody else was quicker: look again.
  }
}

/** To be called when the backup has ended; a claim of another backup stays. */
export async function releaseRunning(
  redis: RedisHandle,
  { store, cluster, backup }: RunningBackup,
): Promise<void> {
  await runScript(redis.client, RELEASE, keys.running(redis.prefix, store, cluster), [`${backup} `]);
}

function parseClaim(value: string): { backup: string; since: number } {
  const [backup = '', since = '0'] = value.split(' ');
  return { backup, since: Number(since) };
}

const REPLACE = redisScript(`
local found = redis.call('GET', KEYS[1]) or ''
if found ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[3])
return 1
`);

const RELEASE = redisScript(`
local found = redis.call('GET', KEYS[1]) or ''
if string.sub(found, 1, #ARGV[1]) ~= ARGV[1] then return 0 end
return redis.call('DEL', KEYS[1])
`);
