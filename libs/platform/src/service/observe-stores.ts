import { isStorageError, type StorageErrorCode } from '@etcd-kloset/storage';
import { type Logger } from '../logs/logger.ts';
import { type StorePoolOptions } from '../stores/store-pool.ts';
import { errorCode } from '../telemetry/in-span.ts';
import { type Metrics } from '../telemetry/metrics.ts';

/** Answers, not failures. */
const ANSWERS: readonly StorageErrorCode[] = ['storage.not-found'];

/** What the stores do, for metrics and log. */
export function observeStores(
  metrics: Metrics,
  log: Logger,
): Pick<StorePoolOptions, 'onRequest' | 'onRetry' | 'onWarning'> {
  return {
    onRequest({ store, operation, ms, error }) {
      metrics.storeRequest.record(ms / 1000, { store, operation });
      if (error === undefined || (isStorageError(error) && ANSWERS.includes(error.code))) return;
      metrics.storeErrors.add(1, { store, code: errorCode(error) });
    },
    onRetry: (store, failure) => log.warn('A request to a store is tried again.', { store, ...failure }),
    onWarning: (store, sentence) => log.warn(sentence, { store }),
  };
}
