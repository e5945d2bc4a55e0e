import { runService } from '@etcd-kloset/platform';
import { storageWriterModule } from './storage-writer.module.ts';

await runService('storage-writer', storageWriterModule);
