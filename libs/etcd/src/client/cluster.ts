/** What a cluster says of itself, in the words of `etcdctl`. Ids are hexadecimal. */
export interface Member {
  readonly id: string;
  /** Empty until the member has started for the first time. */
  readonly name: string;
  readonly clientUrls: readonly string[];
  readonly peerUrls: readonly string[];
  readonly isLearner: boolean;
}

export interface MemberStatus {
  readonly memberId: string;
  /** Where this was asked. */
  readonly endpoint: string;
  /** The server's version, such as `3.5.16`. */
  readonly version: string;
  /** The schema of the database, such as `3.6.0`; empty before etcd 3.6. */
  readonly storageVersion: string;
  /** Length of the database file in bytes: about what a snapshot streams. */
  readonly dbSize: number;
  /** Bytes of it that are in use. */
  readonly dbSizeInUse: number;
  /** The leader's member id, or undefined while the member sees none. */
  readonly leader: string | undefined;
  readonly raftIndex: bigint;
  readonly raftAppliedIndex: bigint;
  readonly raftTerm: bigint;
  /** Of its key space, when it answered. */
  readonly revision: bigint;
  readonly isLearner: boolean;
  readonly errors: readonly string[];
}

export interface Alarm {
  /** `0` when etcd could not tell which member it concerns. */
  readonly memberId: string;
  readonly type: 'NOSPACE' | 'CORRUPT' | 'UNKNOWN';
}

export interface MemberHash {
  /** CRC-32C, unsigned. */
  readonly hash: number;
  /** The member's compaction revision when it hashed; -1 when it had never compacted. */
  readonly compactRevision: bigint;
  /** The revision that the hash is of; from etcd 3.6 on. */
  readonly hashRevision: bigint | undefined;
  /** The member's current revision when it answered. */
  readonly revision: bigint;
}
