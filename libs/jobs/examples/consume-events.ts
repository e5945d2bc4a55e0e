import { hostname } from 'node:os';
import { connectRedis, consumeEvents } from '@etcd-kloset/jobs';

const redis = connectRedis({ url: process.env['REDIS_URL'] ?? 'redis://127.0.0.1:6379' });
const ending = new AbortController();
process.once('SIGTERM', () => ending.abort());

await consumeEvents(redis, {
  group: 'pager',
  consumer: hostname(),
  types: ['backup.failed', 'backup.mismatch', 'cluster.overdue'],
  signal: ending.signal,
  handler: (event) => console.log(event.type, event.subject, event.id),
  onPoison: ({ event, error }) => console.error('nobody gets this done:', event.id, error),
});
await redis.close();
