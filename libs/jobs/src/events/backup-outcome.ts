import { type BackupResult } from '../backup/backup-job.ts';
import { type RedisHandle } from '../redis/connect-redis.ts';
import { makeEvent } from './cloud-event.ts';
import { emitEventsOnce, type EmitOptions, type StreamedEvent } from './emit-event.ts';
import { type CloudEvent } from './event-types.ts';

/** The record in the store has all of them; an event has what people read. */
const WARNINGS_TOLD = 20;
const LONGEST_WARNING = 500;

/** What is told of a backup that was committed: that it was, and then, if so, that its proof is not what it should be. */
export function outcomeEvents(
  backup: string,
  result: BackupResult,
  options: Pick<EmitOptions, 'traceparent' | 'source' | 'time'> = {},
): CloudEvent[] {
  const { cluster, store, snapshot, proof } = result;
  const warnings = result.warnings.slice(0, WARNINGS_TOLD).map((text) => text.slice(0, LONGEST_WARNING));
  const told = { ...result, warnings };
  const committed = makeEvent('backup.committed', { backup, cluster, store, result: told }, options);
  if (proof === 'proven') return [committed];
  const reason = result.proofReason ?? 'No reason was given.';
  const data = { backup, cluster, store, snapshot, reason };
  return [committed, makeEvent(`backup.${proof}`, data, options)];
}

/**
 * Tells of a backup that was committed, once, whoever calls this and however often: its worker, and a watcher that
 * makes sure. Its events come together, so that who has seen one finds the other.
 */
export function emitOutcome(
  redis: RedisHandle,
  backup: string,
  result: BackupResult,
  options: Omit<EmitOptions, 'id'> = {},
): Promise<StreamedEvent[]> {
  return emitEventsOnce(redis, outcomeEvents(backup, result, options), options);
}
