import { setFlagsFromString } from 'node:v8';
import { runService } from '@etcd-kloset/platform';
import { storageWriterModule } from './storage-writer.module.ts';

// A young generation that may not grow: a fifth less memory, and hardly slower. V8 reads it at every collection.
setFlagsFromString('--semi-space-growth-factor=1');

await runService('storage-writer', storageWriterModule);
