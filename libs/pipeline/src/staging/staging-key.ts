import { hkdfSync } from 'node:crypto';
import { type KeyRing } from '@etcd-kloset/kloset';

const KEY_BYTES = 32;
const INFO = 'etcd-kloset staging v1';

/**
 * The key under which chunks and drafts of one cluster wait in staging: 32 bytes. It is derived, so that every
 * worker with a writer credential has it, and whoever holds the staging area alone does not.
 *
 * @param cluster the id of its folder
 * @param epoch the key epoch that the reader of the cluster had. Default: the current one
 * @throws KlosetStoreError `key.epoch`, `key.wrong-cluster`
 */
export function stagingKey(ring: KeyRing, cluster: string, epoch: number = ring.epoch): Uint8Array {
  return new Uint8Array(hkdfSync('sha256', ring.metadataKey(cluster, epoch), '', INFO, KEY_BYTES));
}

/** Where something lies in staging. */
export interface StagingPlace {
  readonly backup: string;
  readonly attempt: string;
  /** A chunk's number; 0 for the draft. */
  readonly sequence: number;
  readonly kind: 'chunk' | 'draft';
}

/** What is authenticated with staged bytes, and never stored in them: nothing opens in another's place. */
export function stagingAad({ backup, attempt, sequence, kind }: StagingPlace): Uint8Array {
  return Buffer.from(JSON.stringify([backup, attempt, sequence, kind]));
}
