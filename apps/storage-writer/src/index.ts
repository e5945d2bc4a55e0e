export { storageWriterModule } from './storage-writer.module.ts';
