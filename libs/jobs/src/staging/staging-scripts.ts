import { redisScript } from '../redis/run-script.ts';

/*
 * The staging area's books, kept by scripts so that every change is whole. All keys begin with KEYS[1], whose braces put
 * them into one hash slot.
 *
 *   <base>:backup:<backup>             hash: the attempt that counts, and its store
 *   <base>:of:<backup>                 set: its leases
 *   <base>:leases                      hash: lease -> bytes|store|form|digest, form one of reserved, plain, sealed
 *   <base>:expiries                    sorted set: lease by the time (ms) at which it ends by itself
 *   <base>:used                        hash: bytes in total, of each store and of each backup
 *   <base>:wait, <base>:wait:<store>   sorted sets: who waits for room, by arrival (µs: two may come within one ms)
 *   <base>:seen                        sorted set: when each of them last asked
 *   <base>:results:<backup>:<attempt>  hash: sequence -> digest:size of what is in the store
 *   <base>:stored:<backup>:<attempt>   stream: the same, for those who wait for it
 *   <base>:data:<lease>[:<digest>]     the bytes, plain or sealed, which end by themselves: within a minute until they
 *                                      stand in the books, so that whoever dies in between leaves nothing behind
 *
 * A lease is called <backup>/<attempt>/<sequence>, or <backup>/<attempt>/draft.
 */
const BOOKS = `
local base = KEYS[1]
local leases, expiries, used = base .. ':leases', base .. ':expiries', base .. ':used'

local function time()
  local t = redis.call('TIME')
  return t[1] * 1000 + math.floor(t[2] / 1000)
end

local function timeUs()
  local t = redis.call('TIME')
  return t[1] * 1000000 + t[2]
end

local function read(lease)
  local text = redis.call('HGET', leases, lease)
  if not text then return nil end
  local bytes, store, form, digest = string.match(text, '^(%d+)|([^|]*)|(%a+)|(%x*)$')
  return { bytes = tonumber(bytes), store = store, form = form, digest = digest }
end

local function dataKey(lease, it)
  if it.form == 'sealed' then return base .. ':data:' .. lease .. ':' .. it.digest end
  return base .. ':data:' .. lease
end

local function backupOf(lease) return string.match(lease, '^([^/]+)/') end

local function count(lease, store, bytes)
  for _, field in ipairs({ 'total', 'store/' .. store, 'backup/' .. backupOf(lease) }) do
    if redis.call('HINCRBY', used, field, bytes) <= 0 then redis.call('HDEL', used, field) end
  end
end

local function write(lease, it, ends)
  redis.call('HSET', leases, lease, it.bytes .. '|' .. it.store .. '|' .. it.form .. '|' .. (it.digest or ''))
  redis.call('ZADD', expiries, ends, lease)
  redis.call('SADD', base .. ':of:' .. backupOf(lease), lease)
end

local function release(lease)
  local it = read(lease)
  if not it then return end
  redis.call('HDEL', leases, lease)
  redis.call('ZREM', expiries, lease)
  redis.call('SREM', base .. ':of:' .. backupOf(lease), lease)
  redis.call('UNLINK', dataKey(lease, it))
  count(lease, it.store, -it.bytes)
end

local function purge(now, most)
  local ended = redis.call('ZRANGEBYSCORE', expiries, '-inf', now, 'LIMIT', 0, most)
  for _, lease in ipairs(ended) do release(lease) end
  return #ended
end

local function isCurrent(backup, attempt, keepMs)
  local key = base .. ':backup:' .. backup
  if redis.call('HGET', key, 'attempt') ~= attempt then return false end
  redis.call('PEXPIRE', key, keepMs)
  return true
end

local function forget(backup, attempt)
  for _, lease in ipairs(redis.call('SMEMBERS', base .. ':of:' .. backup)) do
    if string.sub(lease, 1, #backup + #attempt + 2) == backup .. '/' .. attempt .. '/' then release(lease) end
  end
  redis.call('UNLINK', base .. ':results:' .. backup .. ':' .. attempt, base .. ':stored:' .. backup .. ':' .. attempt)
end
`;

/** ARGV: backup, attempt, store, keepMs. */
export const BEGIN = redisScript(`${BOOKS}
local backup, attempt, store, keepMs = ARGV[1], ARGV[2], ARGV[3], ARGV[4]
local key = base .. ':backup:' .. backup
local before = redis.call('HGET', key, 'attempt')
if before and before ~= attempt then forget(backup, before) end
redis.call('HSET', key, 'attempt', attempt, 'store', store)
redis.call('PEXPIRE', key, keepMs)
return 1
`);

/** ARGV: backup, attempt. */
export const END = redisScript(`${BOOKS}
local backup, attempt = ARGV[1], ARGV[2]
forget(backup, attempt)
local key = base .. ':backup:' .. backup
if redis.call('HGET', key, 'attempt') == attempt then redis.call('DEL', key) end
return 1
`);

/** Frees everything of a backup, whichever attempt counts. ARGV: backup. */
export const END_BACKUP = redisScript(`${BOOKS}
local backup = ARGV[1]
local key = base .. ':backup:' .. backup
for _, lease in ipairs(redis.call('SMEMBERS', base .. ':of:' .. backup)) do release(lease) end
local attempt = redis.call('HGET', key, 'attempt')
if attempt then forget(backup, attempt) end
redis.call('DEL', key)
return 1
`);

/**
 * Takes room for bytes that are to come. Whoever must wait for room of the store or in total takes its place in a queue,
 * and comes before all who came later; one that has not asked for a while lost its place.
 * ARGV: backup, attempt, name, store, bytes, ofBackup, ofStore, inTotal, reservedMs, keepMs, goneMs.
 * Returns `ok`, `known` (it is there already), `wait` or `superseded`.
 */
export const RESERVE = redisScript(`${BOOKS}
local backup, attempt, name, store = ARGV[1], ARGV[2], ARGV[3], ARGV[4]
local bytes = tonumber(ARGV[5])
local lease = backup .. '/' .. attempt .. '/' .. name
local now = time()
local seen, ofStore, ofAll = base .. ':seen', base .. ':wait:' .. store, base .. ':wait'

local function leave()
  redis.call('ZREM', seen, lease)
  redis.call('ZREM', ofStore, lease)
  redis.call('ZREM', ofAll, lease)
end

local function othersFirst(queue)
  while true do
    local head = redis.call('ZRANGE', queue, 0, 0)[1]
    if not head or head == lease then return false end
    local last = tonumber(redis.call('ZSCORE', seen, head) or 0)
    if last > now - tonumber(ARGV[11]) then return true end
    redis.call('ZREM', queue, head)
  end
end

local function full(field, limit)
  local inUse = tonumber(redis.call('HGET', used, field) or 0)
  -- What is larger than the limit itself goes alone.
  return inUse > 0 and inUse + bytes > tonumber(limit)
end

local function queueUp(queue)
  redis.call('ZADD', queue, 'NX', string.format('%.0f', timeUs()), lease)
  redis.call('ZADD', seen, now, lease)
  redis.call('PEXPIRE', queue, 60000)
  redis.call('PEXPIRE', seen, 60000)
  return 'wait'
end

purge(now, 100)
redis.call('ZREMRANGEBYSCORE', seen, '-inf', now - 60000)
if not isCurrent(backup, attempt, ARGV[10]) then leave() return 'superseded' end
if redis.call('HEXISTS', base .. ':results:' .. backup .. ':' .. attempt, name) == 1 then leave() return 'known' end
local it = read(lease)
if it and it.form ~= 'reserved' then leave() return 'known' end
if it then release(lease) end

if full('backup/' .. backup, ARGV[6]) then leave() return 'wait' end
if full('store/' .. store, ARGV[7]) or othersFirst(ofStore) then
  redis.call('ZREM', ofAll, lease)
  return queueUp(ofStore)
end
if full('total', ARGV[8]) or othersFirst(ofAll) then
  queueUp(ofStore)
  return queueUp(ofAll)
end
leave()
write(lease, { bytes = bytes, store = store, form = 'reserved' }, now + ARGV[9])
count(lease, store, bytes)
return 'ok'
`);

/** Gives up a place among those who wait. ARGV: lease, store. */
export const LEAVE = redisScript(`
redis.call('ZREM', KEYS[1] .. ':seen', ARGV[1])
redis.call('ZREM', KEYS[1] .. ':wait', ARGV[1])
redis.call('ZREM', KEYS[1] .. ':wait:' .. ARGV[2], ARGV[1])
return 1
`);

/** The reserved bytes have come. ARGV: backup, attempt, name, keepMs. Returns `ok`, `superseded`, or `lost` with its reservation. */
export const ARRIVED = redisScript(`${BOOKS}
local lease = ARGV[1] .. '/' .. ARGV[2] .. '/' .. ARGV[3]
local it = read(lease)
if not isCurrent(ARGV[1], ARGV[2], ARGV[4]) then
  redis.call('UNLINK', base .. ':data:' .. lease)
  return 'superseded'
end
if not it or it.form == 'sealed' then
  redis.call('UNLINK', base .. ':data:' .. lease)
  return it and 'ok' or 'lost'
end
if redis.call('PEXPIRE', base .. ':data:' .. lease, ARGV[4]) == 0 then
  release(lease)
  return 'lost'
end
it.form = 'plain'
write(lease, it, time() + ARGV[4])
return 'ok'
`);

/**
 * Sealed bytes take the place of plain ones; the first who does that is the one that counts.
 * ARGV: backup, attempt, name, digest, bytes, keepMs. Returns { what, digest, size }.
 */
export const SEALED = redisScript(`${BOOKS}
local backup, attempt, name, digest = ARGV[1], ARGV[2], ARGV[3], ARGV[4]
local lease = backup .. '/' .. attempt .. '/' .. name
local ours = dataKey(lease, { form = 'sealed', digest = digest })
if not isCurrent(backup, attempt, ARGV[6]) then
  redis.call('UNLINK', ours)
  return { 'superseded' }
end
local it = read(lease)
if it and it.form == 'sealed' then
  -- The same once more: its bytes have just been written, to end within a minute.
  if it.digest == digest then redis.call('PEXPIRE', ours, ARGV[6]) else redis.call('UNLINK', ours) end
  return { 'sealed', it.digest, it.bytes }
end
if not it or it.form ~= 'plain' then
  redis.call('UNLINK', ours)
  local result = redis.call('HGET', base .. ':results:' .. backup .. ':' .. attempt, name)
  if not result then return { 'lost' } end
  local stored, size = string.match(result, '^(%x+):(%d+)$')
  return { 'stored', stored, tonumber(size) }
end
if redis.call('PEXPIRE', ours, ARGV[6]) == 0 then return { 'lost' } end
redis.call('UNLINK', dataKey(lease, it))
count(lease, it.store, tonumber(ARGV[5]) - it.bytes)
write(lease, { bytes = tonumber(ARGV[5]), store = it.store, form = 'sealed', digest = digest }, time() + ARGV[6])
return { 'sealed', digest, tonumber(ARGV[5]) }
`);

/** It is in the store. ARGV: backup, attempt, name, digest, size, keepMs. Returns 0 when its attempt does not count any more. */
export const STORED = redisScript(`${BOOKS}
local backup, attempt, name = ARGV[1], ARGV[2], ARGV[3]
local lease = backup .. '/' .. attempt .. '/' .. name
if not isCurrent(backup, attempt, ARGV[6]) then
  release(lease)
  return 0
end
local results, stream = base .. ':results:' .. backup .. ':' .. attempt, base .. ':stored:' .. backup .. ':' .. attempt
if redis.call('HSETNX', results, name, ARGV[4] .. ':' .. ARGV[5]) == 1 then
  redis.call('XADD', stream, '*', 'sequence', name, 'digest', ARGV[4], 'size', ARGV[5])
end
redis.call('PEXPIRE', results, ARGV[6])
redis.call('PEXPIRE', stream, ARGV[6])
release(lease)
return 1
`);

/** ARGV: backup, attempt, name. Returns { what, digest, size }. */
export const STATE = redisScript(`${BOOKS}
local backup, attempt, name = ARGV[1], ARGV[2], ARGV[3]
if redis.call('HGET', base .. ':backup:' .. backup, 'attempt') ~= attempt then return { 'superseded' } end
local result = redis.call('HGET', base .. ':results:' .. backup .. ':' .. attempt, name)
if result then
  local digest, size = string.match(result, '^(%x+):(%d+)$')
  return { 'stored', digest, tonumber(size) }
end
local lease = backup .. '/' .. attempt .. '/' .. name
local it = read(lease)
if not it or it.form == 'reserved' or redis.call('EXISTS', dataKey(lease, it)) == 0 then return { 'lost' } end
return { it.form, it.digest, it.bytes }
`);

/** Ends what has run out, and counts anew. Returns how many leases ended. */
export const SWEEP = redisScript(`${BOOKS}
local ended = 0
local now = time()
repeat
  local some = purge(now, 1000)
  ended = ended + some
until some < 1000
redis.call('DEL', used)
for _, lease in ipairs(redis.call('HKEYS', leases)) do
  local it = read(lease)
  if redis.call('ZSCORE', expiries, lease) then count(lease, it.store, it.bytes) else redis.call('HDEL', leases, lease) end
end
return ended
`);

/** Returns fields and bytes, of all that has not run out. */
export const USAGE = redisScript(`${BOOKS}
purge(time(), 1000)
return redis.call('HGETALL', used)
`);
