import { type DynamicModule, Module } from '@nestjs/common';
import { type Boot, WorkerHost } from '@etcd-kloset/platform';
import { openSealWorker } from './seal-worker.ts';

/** Compresses chunks and seals them to their store's public key. */
@Module({})
// eslint-disable-next-line @typescript-eslint/no-extraneous-class -- Nest knows a module by its class
class ChunkWorkerModule {}

const WORKERS = Symbol('workers of the chunk worker');

export function chunkWorkerModule(boot: Boot): DynamicModule {
  return {
    module: ChunkWorkerModule,
    providers: [{ provide: WORKERS, useFactory: () => new WorkerHost(boot, openSealWorker) }],
  };
}
