import { type RedisHandle } from '@etcd-kloset/jobs';
import { type Logger } from '../logs/logger.ts';

/** A connection that fails is tried again several times a second. */
const REPEAT_MS = 10_000;

/** Logs that a connection to Redis broke, and that it is back; not that it is not there yet, which is waited for. */
export function tellOfRedis(
  log: Logger,
  connect: (onError: (error: Error) => void) => RedisHandle,
): RedisHandle {
  let state: 'new' | 'ready' | 'lost' = 'new';
  let toldAt = -Infinity;
  const handle = connect((error) => {
    if (state === 'new' || (state === 'lost' && performance.now() - toldAt < REPEAT_MS)) return;
    state = 'lost';
    toldAt = performance.now();
    log.warn('The connection to Redis is lost; it is tried again.', { redis: handle.address, error });
  });
  handle.client.on('ready', () => {
    if (state === 'lost') log.info('The connection to Redis is back.', { redis: handle.address });
    state = 'ready';
  });
  return handle;
}
