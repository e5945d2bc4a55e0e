export { snapshotWorkerModule } from './snapshot-worker.module.ts';
