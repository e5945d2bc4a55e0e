export { isJobsError, JobsError, type JobsErrorCode } from './errors.ts';
export { connectRedis, type ConnectRedisOptions, type RedisHandle } from './redis/connect-redis.ts';
export { bracedPrefix, DEFAULT_PREFIX, keys } from './redis/key-names.ts';
export { orRedisError, redisErrorOf } from './redis/redis-errors.ts';
export { assertRedisPolicy, type RedisPolicyOptions } from './redis/redis-policy.ts';
export { describeRedis } from './redis/redis-url.ts';
export { type RedisScript, redisScript, runScript } from './redis/run-script.ts';
export * from './queues/queue-names.ts';
export {
  attemptsWithin,
  type BackOff,
  backOffMs,
  QUEUE_POLICIES,
  type QueuePolicy,
  type Retention,
  STORE_OUTAGE_MS,
} from './queues/queue-policies.ts';
export { checkJobData, JOB_NAMES, type JobData, MAX_JOB_BYTES } from './queues/job-data.ts';
export {
  failureFrom,
  formatFailure,
  type JobFailure,
  jobErrorOf,
  parseFailedReason,
} from './queues/job-failure.ts';
export { type JobQueue, openQueue, type OpenQueueOptions } from './queues/open-queue.ts';
export { type JobProcessor, openWorker, type OpenWorkerOptions } from './queues/open-worker.ts';
export { drainWorker } from './queues/drain-worker.ts';
export {
  addChild,
  failureOf,
  forgetChildren,
  type ParentJob,
  qualifiedQueue,
  waitForChildren,
} from './queues/children.ts';
export { isFinished, isUnderWay } from './queues/job-state.ts';
export { type QueueDepth, queueDepths } from './queues/queue-depths.ts';
export * from './backup/backup-job.ts';
export * from './backup/chunk-job.ts';
export { assertNotCancelled, cancelledError, isCancelled, requestCancel } from './backup/cancel-flag.ts';
export {
  claimRunning,
  type ClaimRunningOptions,
  releaseRunning,
  type RunningBackup,
} from './backup/running-backup.ts';
export { type ChunkState, type StoredChunkOf } from './staging/chunk-state.ts';
export { type StagingLimits } from './staging/room.ts';
export { MAX_DRAFT_BYTES, Staging, type StagingUsage } from './staging/staging.ts';
export { eventSchemas, type CloudEvent, type EventData, type EventType } from './events/event-types.ts';
