import { runService } from '@etcd-kloset/platform';
import { snapshotWorkerModule } from './snapshot-worker.module.ts';

await runService('snapshot-worker', snapshotWorkerModule);
