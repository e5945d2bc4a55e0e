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
  failureError,
  failureOf,
  failureOfChild,
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
export { storedSoFar } from './staging/stored-so-far.ts';
export { type StagingLimits } from './staging/room.ts';
export { MAX_DRAFT_BYTES, Staging, type StagingUsage } from './staging/staging.ts';
export { eventSchemas, type CloudEvent, type EventData, type EventType } from './events/event-types.ts';
export {
  cloudEventSchema,
  EVENT_SOURCE,
  type EventOptions,
  makeEvent,
  MAX_EVENT_BYTES,
  parseEvent,
} from './events/cloud-event.ts';
export { eventIdOf, IDENTIFIED_TYPES } from './events/event-id.ts';
export {
  emitEvent,
  emitEventsOnce,
  emitOnce,
  type EmitOptions,
  EVENTS_KEPT,
  type StreamedEvent,
} from './events/emit-event.ts';
export { emitOutcome, outcomeEvents } from './events/backup-outcome.ts';
export { lastEventId } from './events/last-event-id.ts';
export { compareStreamIds, isStreamId } from './events/stream-id.ts';
export { readEvents, type ReadEventsOptions } from './events/read-events.ts';
export { type EventFilter, type UnreadableEntry } from './events/stream-entry.ts';
export { type EventGap } from './events/stream-position.ts';
export {
  consumeEvents,
  type ConsumeEventsOptions,
  type Delivery,
  type PoisonEvent,
} from './events/consume-events.ts';
export {
  readRequestState,
  REQUEST_STATE_TTL_MS,
  type RequestState,
  requestStateSchema,
  writeRequestState,
} from './requests/request-state.ts';
export { type BackupRequest, requestBackup, type RequestsQueue } from './requests/request-backup.ts';
export { followBackup, type FollowBackupOptions } from './requests/follow-backup.ts';
export { waitForBackup, type WaitForBackupOptions } from './requests/wait-for-backup.ts';
export { webhookJobId, webhookJobSchema, type WebhookJob, webhookName } from './webhooks/webhook-job.ts';
export {
  SIGNATURE_HEADER,
  signatureHeader,
  signWebhook,
  verifyWebhook,
  type VerifyWebhookOptions,
} from './webhooks/signature.ts';
export { isPublicAddress } from './webhooks/private-addresses.ts';
export { deliver, type Delivered, type DeliverOptions, type Webhook } from './webhooks/deliver.ts';
export { isForWebhook, queueWebhook } from './webhooks/queue-webhook.ts';
export { type DeadLetter, listDeadLetters, retryDeadLetter } from './webhooks/dead-letters.ts';
