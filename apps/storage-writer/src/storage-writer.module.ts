import { type DynamicModule, Module } from '@nestjs/common';
import { type Boot, WorkerHost } from '@etcd-kloset/platform';
import { openPutWorkers } from './put-workers.ts';

/** Puts sealed chunks into stores. It holds no key of any store. */
@Module({})
// eslint-disable-next-line @typescript-eslint/no-extraneous-class -- Nest knows a module by its class
class StorageWriterModule {}

const WORKERS = Symbol('workers of the storage writer');

export function storageWriterModule(boot: Boot): DynamicModule {
  return {
    module: StorageWriterModule,
    providers: [{ provide: WORKERS, useFactory: () => new WorkerHost(boot, openPutWorkers) }],
  };
}
