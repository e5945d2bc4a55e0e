import { type SharedRowLog, type SharedRowRuns } from '@etcd-kloset/mvcc';

/** What a stream turned out to be: the bbolt file's content, as far as it decodes without loss. */
export type Analysis = DecodedFile | UndecodedFile;

export interface DecodedFile {
  readonly decoded: true;
  readonly pageSize: number;
  /** max(last row's main revision, finished and scheduled compaction), as etcd itself would say after a restart. */
  readonly revision: number;
  /** The compaction revision that is finished or was scheduled; 0 when there never was one. */
  readonly compactRevision: number;
  readonly statusHash: number;
  /** Every bucket in name order, `key` among them. */
  readonly buckets: readonly BucketCount[];
  /** All buckets but `key`, whole. */
  readonly others: readonly OtherBucket[];
  readonly log: SharedRowLog;
  readonly runs: SharedRowRuns;
  readonly kubernetes: KubernetesFindings | undefined;
  /** The version that etcd wrote into the meta bucket (3.6 and later), such as `3.6.0`. */
  readonly storageVersion: string | undefined;
}

export interface UndecodedFile {
  readonly decoded: false;
  /** Why the file cannot be taken apart without loss. */
  readonly reason: string;
  /** True when nothing speaks for its being a bbolt file at all. */
  readonly foreign: boolean;
  readonly pageSize: number;
}

export interface BucketCount {
  readonly name: string;
  readonly sequence: bigint;
  readonly rows: number;
  /** Keys and values. */
  readonly bytes: number;
}

export interface OtherBucket {
  readonly name: Uint8Array;
  readonly sequence: bigint;
  readonly rows: readonly { readonly key: Uint8Array; readonly value: Uint8Array }[];
}

export interface KubernetesFindings {
  /** Rows whose key begins with `/registry/`. */
  readonly keys: number;
  readonly encrypted: readonly { provider: string; key: string; resources: string[]; values: number }[];
}
