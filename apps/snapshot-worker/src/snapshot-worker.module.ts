import { type DynamicModule, Module } from '@nestjs/common';
import { type Boot, WorkerHost } from '@etcd-kloset/platform';
import { openBackupWorkers } from './backup-workers.ts';

/** Reads clusters of etcd and commits what others have stored of them. */
@Module({})
// eslint-disable-next-line @typescript-eslint/no-extraneous-class -- Nest knows a module by its class
class SnapshotWorkerModule {}

const WORKERS = Symbol('workers of the snapshot worker');

export function snapshotWorkerModule(boot: Boot): DynamicModule {
  return {
    module: SnapshotWorkerModule,
    providers: [{ provide: WORKERS, useFactory: () => new WorkerHost(boot, openBackupWorkers) }],
  };
}
