import { openStorage, withRetry, type Storage } from '@etcd-kloset/storage';
import { type Report } from '../output/report.ts';

export interface StorageUse {
  readonly report: Report;
  readonly signal: AbortSignal;
  /** Make the folder when it is not there. */
  readonly create?: boolean;
}

/** Opens the place of a store for the time of `work`, patient with failures that pass, and ends with the signal. */
export async function withStorage<T>(
  url: string,
  { report, signal, create = false }: StorageUse,
  work: (storage: Storage) => Promise<T>,
): Promise<T> {
  const storage = withRetry(await openStorage(url, { create }), {
    signal,
    onRetry: ({ error, pauseMs }) => {
      report.warn(`${error.message} Trying again in ${(pauseMs / 1000).toFixed(1)} s.`);
    },
  });
  try {
    return await work(storage);
  } finally {
    await storage.close();
  }
}
