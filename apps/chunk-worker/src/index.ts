export { chunkWorkerModule } from './chunk-worker.module.ts';
