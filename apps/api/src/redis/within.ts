import { redisAway } from './redis-away.ts';

const PATIENCE_MS = 6000;

/** Work over a connection that waits for Redis, for somebody who does not. @throws JobsError `redis.unreachable` */
export async function within<Result>(work: Promise<Result>): Promise<Result> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(redisAway()), PATIENCE_MS);
  });
  work.catch(() => undefined);
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
