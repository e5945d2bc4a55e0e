/** Whose hash a snapshot is held against: all voters', that of the member that was read, nobody's. */
export const PROOF_SCOPES = ['all', 'source', 'none'] as const;
export type ProofScope = (typeof PROOF_SCOPES)[number];

/** How a cluster is reached and when it is backed up. No secret: those are in files that it names. */
export interface ClusterDefinition {
  readonly name: string;
  /** The store that its backups go to. */
  readonly store: string;
  readonly endpoints: readonly string[];
  /** Talk to these endpoints alone, not to the URLs that members advertise. */
  readonly onlyEndpoints: boolean;
  readonly tls: ClusterTls | undefined;
  readonly auth: ClusterAuth | undefined;
  readonly schedule: ClusterSchedule | undefined;
  /** How old the last proven backup may be; `cluster.overdue` when it is older. */
  readonly objectiveSeconds: number | undefined;
  readonly labels: Readonly<Record<string, string>>;
  readonly proof: ProofScope;
  /** A backup that is stored but not proven counts as failed. */
  readonly requireProof: boolean;
  /** Files and folders on the snapshot worker to keep with each snapshot; only in the configuration file. */
  readonly attach: readonly string[] | undefined;
  /** Who has it: the configuration file, or, registered over the API, its store. */
  readonly origin: 'configuration' | 'store';
}

/** PEM files: absolute paths, or relative ones below `secrets.folder` where the origin is a store. */
export interface ClusterTls {
  readonly caFile: string | undefined;
  readonly certFile: string | undefined;
  readonly keyFile: string | undefined;
  /** The name in the members' certificates, when it is not their host. */
  readonly serverName: string | undefined;
  readonly insecureSkipVerify: boolean;
}

/** One of the two names where the password is. */
export interface ClusterAuth {
  readonly user: string;
  /** The password is its first line. */
  readonly passwordFile: string | undefined;
  /** Only in the configuration file. */
  readonly passwordEnv: string | undefined;
}

export interface ClusterSchedule {
  /** Five fields. */
  readonly cron: string;
  /** IANA, such as `Europe/Berlin`. */
  readonly timeZone: string;
  /** Each run begins up to so much later, always the same for one cluster. */
  readonly jitterSeconds: number;
  readonly paused: boolean;
}
