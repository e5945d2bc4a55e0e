import { KlosetError } from '@etcd-kloset/errors';

export type MvccErrorCode = 'mvcc.bad-revision';

/** A row with a revision that we cannot keep without loss. */
export class MvccError extends KlosetError<MvccErrorCode> {}
