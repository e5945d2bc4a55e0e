export * from './queues/queue-names.ts';
export * from './backup/backup-job.ts';
export * from './backup/chunk-job.ts';
export { eventSchemas, type CloudEvent, type EventData, type EventType } from './events/event-types.ts';
