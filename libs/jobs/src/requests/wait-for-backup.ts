import { type BackupResult } from '../backup/backup-job.ts';
import { type CloudEvent } from '../events/event-types.ts';
import { type RedisHandle } from '../redis/connect-redis.ts';
import { failureError } from '../queues/children.ts';
import { followBackup } from './follow-backup.ts';

export interface WaitForBackupOptions {
  /** Ends the waiting, not the backup; such as `AbortSignal.timeout(600_000)`. */
  readonly signal?: AbortSignal;
}

/**
 * Waits for what becomes of a request. A snapshot that is in the store is a result, whatever its proof is worth: see
 * `result.proof`. Throws a `JobsError` with the code of the failure (`etcd.unreachable`, …) or of the refusal, and the signal's
 * reason.
 */
export async function waitForBackup(
  redis: RedisHandle,
  request: string,
  options: WaitForBackupOptions = {},
): Promise<BackupResult> {
  for await (const event of followBackup(redis, request, options)) {
    if (is(event, 'backup.committed')) return event.data.result;
    if (is(event, 'backup.failed') || is(event, 'request.refused')) throw failureError(event.data.error);
  }
  // Only the signal ends it without any of them.
  throw options.signal?.reason as Error;
}

function is<Type extends CloudEvent['type']>(event: CloudEvent, type: Type): event is CloudEvent<Type> {
  return event.type === type;
}
