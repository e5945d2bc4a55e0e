import { hash } from 'node:crypto';
import { keys, orRedisError, type RedisHandle } from '@etcd-kloset/jobs';
import { type Principal } from '@etcd-kloset/platform';
import { z } from 'zod';
import { ApiError } from '../api-error.ts';

const DAY_MS = 24 * 3600 * 1000;
/** Whoever died while it answered does not block its caller for longer. */
const UNDER_WAY_MS = 60_000;

const remembered = z.object({ request: z.string(), answer: z.unknown().optional() });

/**
 * Does work once for an `Idempotency-Key`: the same request with the same key gets the first one's answer for a day.
 * Keys of one caller are nothing to another's.
 *
 * @param request what must be the same
 * @throws ApiError `idempotency.other-request`, `idempotency.under-way`
 */
export async function idempotent<Result>(
  { client, prefix }: RedisHandle,
  principal: Principal,
  key: string | undefined,
  request: unknown,
  work: () => Promise<Result>,
): Promise<Result> {
  if (key === undefined) return work();
  const name = keys.idempotency(prefix, digest([principal.name, key]));
  const same = digest(request);
  const mine = JSON.stringify({ request: same });
  const isFirst = await orRedisError(client.set(name, mine, 'PX', UNDER_WAY_MS, 'NX'));
  if (isFirst !== 'OK') return answerOf(await orRedisError(client.get(name)), same) as Result;
  try {
    const answer = await work();
    await orRedisError(client.set(name, JSON.stringify({ request: same, answer }), 'PX', DAY_MS));
    return answer;
  } catch (error) {
    // It is not done: the next one does it. While Redis is away this does not get through, and the key ends by itself.
    await client.del(name).catch(() => undefined);
    throw error;
  }
}

function answerOf(found: string | null, request: string): unknown {
  const first = remembered.parse(JSON.parse(found ?? '{"request":""}'));
  if (found !== null && first.request !== request) {
    throw new ApiError(
      'idempotency.other-request',
      'This Idempotency-Key came with another request before.',
      {
        advice: 'Use a new key for each request, and the same one only to repeat it.',
      },
    );
  }
  if (first.answer === undefined) {
    throw new ApiError(
      'idempotency.under-way',
      'The first request with this Idempotency-Key is being answered.',
      {
        advice: 'Repeat it in a moment.',
        retryable: true,
      },
    );
  }
  return first.answer;
}

function digest(value: unknown): string {
  return hash('sha256', JSON.stringify(value), 'hex');
}
