import {
  type BackupResult,
  drainWorker,
  openWorker,
  backupsQueue,
  type JobProcessor,
} from '@etcd-kloset/jobs';
import { type Boot } from '@etcd-kloset/platform';

type Processor = JobProcessor<ReturnType<typeof backupsQueue>, BackupResult>;

/** Takes the jobs of a store's backups and does what a test says with them: what the API makes of it is what is tested. */
export function takeBackups(
  { redis }: Pick<Boot, 'redis'>,
  store: string,
  processor: Processor,
): { stop(): Promise<void> } {
  const worker = openWorker(redis, backupsQueue(store), processor);
  return { stop: () => drainWorker(worker, 0) };
}

/** What a job returns whose snapshot is in the store. */
export function resultOf(
  cluster: string,
  snapshot: string,
  proof: BackupResult['proof'] = 'proven',
): BackupResult {
  return {
    snapshot,
    cluster,
    store: 'main',
    revision: 7,
    proof,
    rows: { total: 3, new: 1 },
    bytes: { stream: 20_000, added: 100 },
    chunks: { new: 1, total: 1 },
    warnings: [],
    durationMs: 5,
  };
}
