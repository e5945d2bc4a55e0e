import { type RedisHandle } from '@etcd-kloset/jobs';
import { type ApiConfig, type Principal } from '@etcd-kloset/platform';
import { type Request, type Response } from 'express';
import { RateLimiterMemory, RateLimiterRedis, RateLimiterRes } from 'rate-limiter-flexible';
import { ApiError } from '../api-error.ts';
import { type RedisPulse } from '../redis/redis-pulse.ts';

/** How many requests may come in a minute: all replicas count together in Redis, each for itself while it is away. */
export interface RequestLimits {
  /** Counts a request of somebody whose key is not known. @throws ApiError `http.too-many` */
  takeAddress(request: Request): Promise<void>;
  /** Counts a request of a key. @throws ApiError `http.too-many` */
  takeKey(principal: Principal, response: Response): Promise<void>;
}

const MINUTE_S = 60;

export function createRequestLimits(
  { requestsPerMinute, unauthenticatedPerMinute }: ApiConfig['rateLimit'],
  redis: RedisHandle,
  pulse: RedisPulse,
): RequestLimits {
  const byKey = limiter('key', requestsPerMinute, redis, pulse);
  const byAddress = limiter('address', unauthenticatedPerMinute, redis, pulse);
  return {
    async takeAddress(request) {
      await byAddress(request.ip ?? 'unknown');
    },
    async takeKey({ name }, response) {
      const { remainingPoints, msBeforeNext } = await byKey(name);
      response.set({
        'RateLimit-Limit': String(requestsPerMinute),
        'RateLimit-Remaining': String(remainingPoints),
        'RateLimit-Reset': String(Math.ceil(msBeforeNext / 1000)),
      });
    },
  };
}

function limiter(kind: string, points: number, redis: RedisHandle, pulse: RedisPulse) {
  const common = { points, duration: MINUTE_S };
  const memory = new RateLimiterMemory(common);
  const shared = new RateLimiterRedis({
    ...common,
    storeClient: redis.client,
    keyPrefix: `${redis.prefix}:rate-limit:${kind}`,
    // Who is over the limit costs Redis nothing more.
    inMemoryBlockOnConsumed: points,
    insuranceLimiter: memory,
  });
  return async (who: string): Promise<RateLimiterRes> => {
    try {
      return await (pulse.beats() ? shared : memory).consume(who);
    } catch (error) {
      if (error instanceof RateLimiterRes) throw tooMany(points, Math.ceil(error.msBeforeNext / 1000));
      throw error;
    }
  };
}

function tooMany(points: number, retryAfterSeconds: number): ApiError {
  return new ApiError('http.too-many', `These are more than ${points} requests in a minute.`, {
    advice: 'Wait as long as Retry-After says. To follow a backup, use GET /v1/events.',
    retryAfterSeconds: Math.max(1, retryAfterSeconds),
  });
}
