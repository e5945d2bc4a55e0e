export { backupCluster, requireProof } from './backup/backup.ts';
export { commitDraft, type CommitOptions } from './backup/commit-draft.ts';
export {
  type BackupOptions,
  type DraftOptions,
  draftSnapshot,
  type MakeSink,
} from './backup/draft-snapshot.ts';
export { importFile, type ImportOptions } from './backup/import-file.ts';
export { decodeDraft, encodeDraft } from './draft/draft-codec.ts';
export { type DraftSection, type SnapshotDraft } from './draft/snapshot-draft.ts';
export { PipelineError, type PipelineErrorCode } from './errors.ts';
export { type Observer, type Progress, type TimedStage } from './progress.ts';
export {
  type ClusterProbe,
  type MemberHealth,
  type MemberProbe,
  probeCluster,
  type ProbeError,
} from './probe/probe-cluster.ts';
export { type ProofScope } from './prove/ask-members.ts';
export {
  type ClusterState,
  type ClusterStates,
  clusterStates,
  type IncompleteSnapshot,
} from './inspect/cluster-states.ts';
export { countKeys, type KeyCounts, type PrefixCounts } from './inspect/key-counts.ts';
export { type ClusterSizes, type Sizes, storeSizes, type StoreSizes } from './inspect/store-sizes.ts';
export { type AttachedFile, readAttachments } from './restore/attached/read-attachments.ts';
export { requireRoomFor, writeAttachments } from './restore/attached/write-attachments.ts';
export { type StoredAlarm, storedAlarms } from './restore/data-dir/alarms.ts';
export { type InitialCluster, initialClusterText } from './restore/data-dir/initial-cluster.ts';
export {
  checkDataDirOptions,
  type DataDirOptions,
  type DataDirPlan,
  KUBERNETES_BUMP,
  planDataDir,
  type RestoreChoices,
  restoreChoices,
} from './restore/data-dir/plan-data-dir.ts';
export {
  restoreArguments,
  type RestoredDataDir,
  restoreToDataDir,
} from './restore/data-dir/restore-to-data-dir.ts';
export { type RestoreTool } from './restore/data-dir/restore-tool.ts';
export { openSnapshot, type OpenedSnapshot } from './restore/opened-snapshot.ts';
export { encryptionNotes, type RestoreNotices, restoreNotices } from './restore/restore-notices.ts';
export { restoreToFile, type RestoredTo } from './restore/restore-to-file.ts';
export { type SnapshotStream, streamSnapshot } from './restore/stream-snapshot.ts';
export { type ChunkSink, type StoredChunk, type SunkChunk } from './sink/chunk-sink.ts';
export { localSink, type LocalSink } from './sink/local-sink.ts';
export { openStaged, sealStaged, STAGED_OVERHEAD } from './staging/staged-bytes.ts';
export { stagingAad, stagingKey, type StagingPlace } from './staging/staging-key.ts';
export { abortableStore } from './store/abortable-store.ts';
export { CHUNK_LEVEL, sealTarget } from './store/seal-target.ts';
export { PipelineThreads } from './threads/pipeline-threads.ts';
export {
  type BlocksJob,
  type ChunkJob,
  type MadeChunk,
  type PackJob,
  type RowsJob,
  type SealPackedJob,
  type SealTarget,
} from './threads/thread-messages.ts';
export { version } from './version.ts';
