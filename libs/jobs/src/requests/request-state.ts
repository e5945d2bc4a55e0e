import { z } from 'zod';
import { clusterName, storeName, uuid } from '../backup/backup-job.ts';
import { type RedisHandle } from '../redis/connect-redis.ts';
import { keys } from '../redis/key-names.ts';
import { orRedisError } from '../redis/redis-errors.ts';

const DAY_MS = 24 * 60 * 60 * 1000;
/** For so long what became of a request can be asked. */
export const REQUEST_STATE_TTL_MS = 7 * DAY_MS;

const ofRequest = {
  request: uuid,
  cluster: clusterName,
  /** When it was made, RFC 3339. */
  at: z.iso.datetime({ offset: true }),
};

/** What became of a request, in `request:<id>`: a backup, its own or one that was under way, or nothing. */
export const requestStateSchema = z.discriminatedUnion('state', [
  z.object({
    ...ofRequest,
    state: z.literal('accepted'),
    backup: uuid,
    store: storeName,
    joined: z.boolean(),
  }),
  z.object({
    ...ofRequest,
    state: z.literal('refused'),
    error: z.object({ code: z.string(), message: z.string(), advice: z.string().optional() }),
  }),
]);
export type RequestState = z.infer<typeof requestStateSchema>;

/** For whoever dispatches requests, once it is decided, before the event that tells of it. */
export async function writeRequestState(redis: RedisHandle, state: RequestState): Promise<void> {
  const key = keys.request(redis.prefix, state.request);
  const json = JSON.stringify(requestStateSchema.parse(state));
  await orRedisError(redis.client.set(key, json, 'PX', REQUEST_STATE_TTL_MS));
}

/** `undefined` when it is not decided yet, or nothing is known of it (any more). */
export async function readRequestState(
  redis: RedisHandle,
  request: string,
): Promise<RequestState | undefined> {
  const json = await orRedisError(redis.client.get(keys.request(redis.prefix, request)));
  return json === null ? undefined : requestStateSchema.parse(JSON.parse(json));
}
