import { KlosetError } from '@etcd-kloset/errors';

export type StoreErrorCode =
  | 'store.not-a-store'
  | 'store.exists'
  | 'store.newer-format'
  | 'store.incomplete'
  | 'store.no-such-cluster'
  | 'store.clock-skew'
  | 'store.backup-too-long'
  | 'snapshot.not-found'
  | 'snapshot.ambiguous'
  | 'snapshot.none'
  | 'object.rotten'
  | 'object.missing'
  | 'object.malformed'
  | 'object.unreadable'
  | 'key.wrong-passphrase'
  | 'key.wrong-identity'
  | 'key.needs-owner'
  | 'key.wrong-store'
  | 'key.wrong-cluster'
  | 'key.needs-writer'
  | 'key.needs-keeper'
  | 'key.unreadable'
  | 'key.wrong-kind'
  | 'key.newer-format'
  | 'key.epoch'
  | 'key.bad-recipient'
  | 'key.bad-label'
  | 'key.file-exists'
  | 'key.file-failed'
  | 'key.needs-newer-node'
  | 'seal.does-not-open'
  | 'seal.not-the-keeper';

/** Whatever goes wrong with a store, its keys or its objects. */
export class KlosetStoreError extends KlosetError<StoreErrorCode> {}
