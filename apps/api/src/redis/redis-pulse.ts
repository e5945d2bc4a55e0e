import { orRedisError, type RedisHandle } from '@etcd-kloset/jobs';
import { redisAway } from './redis-away.ts';

/** Whether Redis answers, found out beside the requests: none of them waits to learn that it does not. */
export interface RedisPulse {
  /** Whether it answered lately. */
  beats(): boolean;
  /** Does what needs Redis. @throws JobsError `redis.unreachable` at once while it is away */
  use<Result>(work: () => Promise<Result>): Promise<Result>;
  stop(): void;
}

const BEAT_MS = 1000;
/** A Redis that writes its file to a slow disk may take as long. */
const SILENCE_MS = 3000;

/** @param redis with `failFast`: a command that is not answered fails */
export function startRedisPulse(redis: RedisHandle): RedisPulse {
  const { client } = redis;
  // It gets its time to connect: requests come as soon as the service listens.
  let answeredAt = performance.now();
  let wasReady = false;
  let asking = false;
  const ask = async (): Promise<void> => {
    if (asking || client.status !== 'ready') return;
    asking = true;
    try {
      await client.ping();
      answeredAt = performance.now();
      wasReady = true;
    } catch {
      // The connection tells its own errors to the log.
    } finally {
      asking = false;
    }
  };
  const timer = setInterval(() => void ask(), BEAT_MS);
  const onReady = (): void => void ask();
  client.on('ready', onReady);
  const answersInTime = (): boolean => performance.now() - answeredAt < SILENCE_MS;
  return {
    beats: () => client.status === 'ready' && answersInTime(),
    use(work) {
      const isWorthTrying = answersInTime() && (client.status === 'ready' || !wasReady);
      return isWorthTrying ? orRedisError(work()) : Promise.reject(redisAway());
    },
    stop() {
      clearInterval(timer);
      client.off('ready', onReady);
    },
  };
}
