import { KlosetError } from '@etcd-kloset/errors';

export type MvccErrorCode = 'mvcc.bad-revision' | 'mvcc.unordered' | 'mvcc.bad-key-value';

/** A row that etcd would not have written, or that we cannot keep without loss. */
export class MvccError extends KlosetError<MvccErrorCode> {}
