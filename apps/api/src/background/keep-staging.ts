import { isUnderWay, type Staging } from '@etcd-kloset/jobs';
import { type Boot } from '@etcd-kloset/platform';
import { type Queues } from '../backups/queues.ts';
import { type Background, keepRunning } from './keep-running.ts';

const EVERY_MS = 60_000;

/**
 * Frees what lies in staging and nobody will come for: what has expired, and what belongs to a backup that is not under
 * way. Such as of a worker that was frozen, and began once more what others had ended meanwhile.
 */
export function keepStaging(
  { log }: Pick<Boot, 'log'>,
  staging: Pick<Staging, 'sweep' | 'usage' | 'endBackup'>,
  queues: Pick<Queues, 'backups'>,
): Background {
  return keepRunning({ name: 'staging', log, everyMs: EVERY_MS }, async (signal) => {
    const { ended } = await staging.sweep();
    if (ended > 0) log.warn('Nobody came for what lay in staging: it is gone.', { chunks: ended });
    for (const [backup, bytes] of Object.entries((await staging.usage()).byBackup)) {
      signal.throwIfAborted();
      if (await isUnderWayIn(queues, backup)) continue;
      await staging.endBackup(backup);
      log.warn('A backup that is not under way had something in staging: it is gone.', { backup, bytes });
    }
  });
}

async function isUnderWayIn({ backups }: Pick<Queues, 'backups'>, backup: string): Promise<boolean> {
  const found = await Promise.all(
    Array.from(backups.values(), async (queue) => isUnderWay(await queue.getJob(backup))),
  );
  return found.includes(true);
}
