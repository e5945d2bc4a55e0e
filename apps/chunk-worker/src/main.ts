import { runService } from '@etcd-kloset/platform';
import { chunkWorkerModule } from './chunk-worker.module.ts';

await runService('chunk-worker', chunkWorkerModule);
