import { type DestinationKind, type EventType } from '@etcd-kloset/jobs';
import { type Role } from '../auth/principal.ts';
import { type ClusterDefinition } from './cluster-definition.ts';

/**
 * What the configuration says, checked, with every default filled in. Sizes are in bytes, times in milliseconds,
 * paths absolute. No secret but the address of Redis stands in it: the rest are names of files.
 */
export interface Configuration {
  /** The file it came from; none when there is none. */
  readonly file: string | undefined;
  readonly redis: RedisConfig;
  /** By name, in the order of the file. */
  readonly stores: Readonly<Record<string, StoreConfig>>;
  /** By name, in the order of the file. */
  readonly clusters: Readonly<Record<string, ClusterDefinition>>;
  readonly limits: LimitsConfig;
  readonly workers: WorkersConfig;
  readonly api: ApiConfig;
  readonly webhooks: readonly WebhookConfig[];
  readonly secrets: {
    /** Clusters that are registered over the API name their files below it. */
    readonly folder: string;
  };
  /** Where health and metrics of each service are served, without authentication. */
  readonly ops: OpsConfig;
  readonly log: { readonly level: LogLevel };
}

export interface RedisConfig {
  /** May hold a password. */
  readonly url: string;
  /** Before every key, without braces. */
  readonly prefix: string;
  readonly allowNoPersistence: boolean;
  /** Nobody named a Redis when it is `default`: then the embedded mode starts one of its own. */
  readonly source: 'configuration' | 'environment' | 'default';
}

export interface StoreConfig {
  readonly name: string;
  /** An absolute path or a URL. */
  readonly url: string;
  readonly kind: DestinationKind;
  /** For backups and lists. */
  readonly writerKeyFile: string | undefined;
  /** The owner's, for what decrypts. */
  readonly identityFile: string | undefined;
  readonly passphraseFile: string | undefined;
}

export interface LimitsConfig {
  /** Of all chunks on their way. */
  readonly stagingBytes: number;
  readonly stagingBytesPerStore: number;
  readonly stagingBytesPerBackup: number;
  /** What lies in staging for longer is thrown away. */
  readonly stagingExpiryMs: number;
  /** How long a chunk is tried to be put before its backup fails. */
  readonly storeOutageMs: number;
  /** How long one request to a store is tried again before its job goes back to the queue. */
  readonly storeGiveUpMs: number;
  /** A stream from etcd that stands still for so long is given up. */
  readonly stallTimeoutMs: number;
  /** How long a service that is told to end finishes what is under way. */
  readonly drainMs: number;
  readonly spoolFolder: string;
}

export interface WorkersConfig {
  readonly snapshot: {
    /** Backups at a time for each store. */
    readonly concurrency: number;
    /** Names of stores whose backups this worker makes; all when there is none. */
    readonly stores: readonly string[] | undefined;
  };
  readonly chunk: { readonly concurrency: number };
  readonly storage: {
    /** Puts at a time for each store. */
    readonly concurrency: number;
    /** What is served is every store that is of these kinds and among these names. */
    readonly kinds: readonly DestinationKind[] | undefined;
    readonly stores: readonly string[] | undefined;
  };
}

export interface ListenConfig {
  readonly host: string;
  readonly port: number;
}

export interface OpsConfig extends ListenConfig {
  /** A service that cannot reach one of these says that it is not ready; of the others it only tells. */
  readonly requiredStores: readonly string[];
}

export interface ApiConfig {
  readonly listen: ListenConfig;
  /** How the API is reached from outside, such as `https://backups.example.net`; for links and events. */
  readonly publicUrl: string | undefined;
  /** How many proxies before us may say in `X-Forwarded-For` who asks. */
  readonly trustedProxies: number;
  readonly keys: readonly ApiKeyConfig[];
  readonly rateLimit: {
    /** For each API key. */
    readonly requestsPerMinute: number;
    /** For each address: requests without a key that is known. */
    readonly unauthenticatedPerMinute: number;
  };
  readonly bodyLimitBytes: number;
  /** How often the stores are looked through for backups that others put there. */
  readonly storeScanMs: number;
}

export interface ApiKeyConfig {
  readonly name: string;
  readonly role: Role;
  /** `sha256:` and 64 hex digits. */
  readonly hash: string;
  /** Only clusters with all of these labels. */
  readonly clusters: Readonly<Record<string, string>> | undefined;
}

export interface WebhookConfig {
  readonly name: string;
  readonly url: string;
  /** Each line is a secret that signs what is sent: one, or the old and the new one for a while. Read at use. */
  readonly secretFile: string;
  /** PEM of authorities to trust instead of the system's. */
  readonly caFile: string | undefined;
  /** All when there is none. */
  readonly events: readonly EventType[] | undefined;
  /** Only events of clusters with all of these labels. */
  readonly clusters: Readonly<Record<string, string>> | undefined;
  readonly allowPrivate: boolean;
  readonly timeoutMs: number;
}

export const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];
