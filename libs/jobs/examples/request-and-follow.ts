import { connectRedis, followBackup, requestBackup } from '@etcd-kloset/jobs';

const redis = connectRedis({ url: process.env['REDIS_URL'] ?? 'redis://127.0.0.1:6379' });
const { request } = await requestBackup(redis, {
  cluster: process.argv[2] ?? 'prod',
  requestedBy: 'payments',
  labels: { why: 'before the upgrade' },
});

for await (const { type, data } of followBackup(redis, request, { progress: true })) {
  if ('progress' in data) console.log(type, data.progress.streamBytes, 'bytes');
  else if ('result' in data) console.log(type, data.result.snapshot, data.result.proof);
  else if ('error' in data) console.error(type, data.error.code, data.error.message);
  else console.log(type);
  if ('error' in data) process.exitCode = 1;
}
await redis.close();
