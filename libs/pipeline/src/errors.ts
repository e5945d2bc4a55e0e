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
  | 'import.bad-file'
  | 'restore.output-exists'
  | 'restore.output-failed'
  | 'restore.output-full'
  | 'restore.not-equal'
  | 'restore.no-etcdutl'
  | 'restore.etcdutl-failed'
  | 'restore.etcdutl-too-old';

/** A stage of a backup or of a restore that could not do its work. */
export class PipelineError extends KlosetError<PipelineErrorCode> {}
