import { keys, orRedisError, redisErrorOf, type RedisHandle } from '@etcd-kloset/jobs';
import { decodeEntry, encodeEntry, fieldOf, type RegistryEntry } from './entry.ts';

/** Longer than a failing command of an impatient connection takes; one that is patient would wait for ever. */
const ANSWER_MS = 8000;

/** Sets a field unless it has a newer version. KEYS: registry. ARGV: field, version, value. */
const PUT = `
local old = redis.call('HGET', KEYS[1], ARGV[1])
if old then
  local ok, entry = pcall(cjson.decode, old)
  if ok and type(entry) == 'table' and tonumber(entry.version) and tonumber(entry.version) > tonumber(ARGV[2]) then
    return 0
  end
end
redis.call('HSET', KEYS[1], ARGV[1], ARGV[3])
return 1`;

/** Sets a field, or with an empty value takes it away, if it still is what it was. ARGV: field, old value, value. */
const EXCHANGE = `
if redis.call('HGET', KEYS[1], ARGV[1]) ~= ARGV[2] then return 0 end
if ARGV[3] == '' then redis.call('HDEL', KEYS[1], ARGV[1]) else redis.call('HSET', KEYS[1], ARGV[1], ARGV[3]) end
return 1`;

/** An entry, and the text that it was read from. */
export interface CopiedEntry extends RegistryEntry {
  readonly raw: string;
}

/** What Redis has: definitions by store and name, and which stores were read wholly. All throw JobsError `redis.*`. */
export interface RedisCopy {
  /** Of one name, in the order of `stores`; and those of `stores` that were never read into this Redis. */
  find(name: string, stores: readonly string[]): Promise<{ entries: CopiedEntry[]; unread: string[] }>;
  all(stores: readonly string[]): Promise<{ entries: CopiedEntry[]; unread: string[] }>;
  put(entry: RegistryEntry): Promise<void>;
  /** Puts `entry` (or nothing) in the place of `old`, if that is still there. */
  exchange(old: CopiedEntry, entry: RegistryEntry | undefined): Promise<void>;
  /** Everything of a store is there now. */
  markRead(store: string): Promise<void>;
}

export function redisCopy({ client, prefix }: Pick<RedisHandle, 'client' | 'prefix'>): RedisCopy {
  const registry = keys.registry(prefix);
  const read = `${registry}:stores`;

  async function unreadOf(stores: readonly string[]): Promise<string[]> {
    if (stores.length === 0) return [];
    const marks = await client.hmget(read, ...stores);
    return stores.filter((_, index) => marks[index] === null);
  }

  return {
    find: (name, stores) =>
      answered(async () => {
        if (stores.length === 0) return { entries: [], unread: [] };
        const fields = stores.map((store) => fieldOf({ store, name }));
        const [texts, unread] = await Promise.all([client.hmget(registry, ...fields), unreadOf(stores)]);
        return { entries: texts.flatMap((text, index) => copied(fields[index]!, text)), unread };
      }),
    all: (stores) =>
      answered(async () => {
        const [fields, unread] = await Promise.all([client.hgetall(registry), unreadOf(stores)]);
        return { entries: Object.entries(fields).flatMap(([field, text]) => copied(field, text)), unread };
      }),
    put: (entry) =>
      answered(async () => {
        await client.eval(PUT, 1, registry, fieldOf(entry), entry.version, encodeEntry(entry));
      }),
    exchange: (old, entry) =>
      answered(async () => {
        const value = entry === undefined ? '' : encodeEntry(entry);
        await client.eval(EXCHANGE, 1, registry, fieldOf(old), old.raw, value);
      }),
    markRead: (store) =>
      answered(async () => {
        await client.hset(read, store, new Date().toISOString());
      }),
  };
}

function copied(field: string, text: string | null | undefined): CopiedEntry[] {
  if (text === null || text === undefined) return [];
  const entry = decodeEntry(field, text);
  return entry === undefined ? [] : [{ ...entry, raw: text }];
}

async function answered<T>(work: () => Promise<T>): Promise<T> {
  const { promise: late, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(redisErrorOf(new Error('Command timed out'))!), ANSWER_MS);
  try {
    return await Promise.race([orRedisError(work()), late]);
  } finally {
    clearTimeout(timer);
  }
}
