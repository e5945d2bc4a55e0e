export { stagingLimits } from './staging-limits.ts';
export { whileAllowed } from './while-allowed.ts';
export { isStoreOutage, outageError } from './store-outage.ts';
export { watchWorker } from './watch-worker.ts';
export { type OpenedWorkers, WorkerHost } from './worker-host.ts';
