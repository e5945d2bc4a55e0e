import { KlosetError } from '@etcd-kloset/errors';

export type PipelineErrorCode =
  | 'backup.spool-full'
  | 'backup.spool-failed'
  | 'backup.digest-mismatch'
  | 'backup.no-trailer'
  | 'backup.empty-stream'
  | 'backup.behind'
  | 'backup.no-member'
  | 'backup.not-proven'
  | 'backup.bad-attachment'
  | 'staging.does-not-open'
  | 'draft.unreadable'
  | 'draft.stale'
  | 'draft.chunk-missing'
  | 'import.bad-file'
  | 'restore.output-exists'
  | 'restore.output-failed'
  | 'restore.output-full'
  | 'restore.not-equal'
  | 'restore.no-etcdutl'
  | 'restore.etcdutl-failed'
  | 'restore.etcdutl-too-old'
  | 'restore.bad-member'
  | 'restore.bad-bump'
  | 'restore.data-dir-not-empty'
  | 'restore.data-dir-failed'
  | 'restore.bad-attachment'
  | 'restore.attachment-exists'
  | 'restore.attachments-failed';

/** A stage of a backup or of a restore that could not do its work. */
export class PipelineError extends KlosetError<PipelineErrorCode> {}
