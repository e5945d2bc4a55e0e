import { randomUUID } from 'node:crypto';
import { type BackupJob } from '../backup/backup-job.ts';
import { type ChunkRef, type PutJob, type SealJob } from '../backup/chunk-job.ts';

export function backupJob(more: Partial<BackupJob> = {}): BackupJob {
  return {
    version: 1,
    backup: randomUUID(),
    cluster: 'production',
    store: 'main',
    trigger: 'api',
    requestedAt: new Date().toISOString(),
    step: 'read',
    ...more,
  };
}

export function chunkRef(more: Partial<ChunkRef> = {}): ChunkRef {
  return { backup: randomUUID(), attempt: randomUUID(), sequence: 0, ...more };
}

export function sealJob(chunk: ChunkRef = chunkRef()): SealJob {
  return { version: 1, chunk, store: 'main', cluster: 'c'.repeat(32), epoch: 1, bytes: 10, level: 3 };
}

export function putJob(chunk: ChunkRef = chunkRef()): PutJob {
  return { version: 1, chunk, store: 'main', cluster: 'c'.repeat(32), digest: 'd'.repeat(64), size: 10 };
}
