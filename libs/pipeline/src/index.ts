export { backupCluster, requireProof, type BackupOptions } from './backup/backup.ts';
export { importFile, type ImportOptions } from './backup/import-file.ts';
export { PipelineError, type PipelineErrorCode } from './errors.ts';
export { type Observer, type Progress } from './progress.ts';
export { type ProofScope } from './prove/ask-members.ts';
export { openSnapshot, type OpenedSnapshot } from './restore/opened-snapshot.ts';
export { restoreToFile, type RestoredTo } from './restore/restore-to-file.ts';
export { version } from './version.ts';
