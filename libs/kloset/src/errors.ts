import { KlosetError, type KlosetErrorOptions } from '@etcd-kloset/errors';

export type StoreErrorCode =
  | 'store.not-a-store'
  | 'store.exists'
  | 'store.newer-format'
  | 'store.incomplete'
  | 'store.clock-skew'
  | 'store.backup-too-long'
  | 'snapshot.not-found'
  | 'snapshot.ambiguous'
  | 'snapshot.none'
  | 'object.rotten'
  | 'object.missing'
  | 'object.malformed'
  | 'key.wrong-passphrase'
  | 'key.wrong-identity'
  | 'key.needs-owner'
  | 'key.wrong-store'
  | 'key.wrong-cluster'
  | 'key.unreadable'
  | 'key.epoch'
  | 'seal.does-not-open';

/** Whatever goes wrong with a store, its keys or its objects. */
export class KlosetStoreError extends KlosetError<StoreErrorCode> {
  constructor(code: StoreErrorCode, message: string, options?: KlosetErrorOptions) {
    super(code, message, options);
  }
}
