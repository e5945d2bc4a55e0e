import { availableParallelism, tmpdir } from 'node:os';
import path from 'node:path';
import { type ClusterDefinition } from './cluster-definition.ts';
import {
  type Configuration,
  type LimitsConfig,
  type RedisConfig,
  type StoreConfig,
} from './configuration.ts';
import { destinationKindOf } from './destination-kind.ts';
import { type FileConfiguration } from './schema/file-schema.ts';

export interface AssembleOptions {
  readonly file: string | undefined;
  /** Where relative paths start. */
  readonly folder: string;
  readonly redis: { readonly url: string; readonly source: RedisConfig['source'] };
}

/** The configuration as the services use it: paths absolute, names with what they name, defaults that depend on others. */
export function assemble(given: FileConfiguration, { file, folder, redis }: AssembleOptions): Configuration {
  const absolute = (each: string): string => path.resolve(folder, each);
  const { workers, api, webhooks } = given;
  return {
    file,
    redis: { ...redis, prefix: given.redis.prefix, allowNoPersistence: given.redis.allowNoPersistence },
    stores: named(given.stores, (name, store) => storeOf(name, store, absolute)),
    clusters: named(given.clusters, (name, cluster) => clusterOf(name, cluster, absolute)),
    limits: limitsOf(given.limits, Object.keys(given.stores).length, absolute),
    workers: {
      snapshot: { concurrency: workers.snapshot.concurrency, stores: workers.snapshot.stores },
      chunk: { concurrency: workers.chunk.concurrency ?? availableParallelism() },
      storage: {
        concurrency: workers.storage.concurrency,
        kinds: workers.storage.kinds,
        stores: workers.storage.stores,
      },
    },
    api: {
      listen: api.listen,
      publicUrl: api.publicUrl,
      trustedProxies: api.trustedProxies,
      keys: api.keys.map(({ name, role, hash, clusters }) => ({ name, role, hash, clusters })),
      rateLimit: api.rateLimit,
      bodyLimitBytes: api.bodyLimit,
      storeScanMs: api.storeScan,
    },
    webhooks: webhooks.map(({ name, url, secretFile, caFile, events, clusters, allowPrivate, timeout }) => ({
      name,
      url,
      secretFile: absolute(secretFile),
      caFile: optional(caFile, absolute),
      events,
      clusters,
      allowPrivate,
      timeoutMs: timeout,
    })),
    secrets: { folder: absolute(given.secrets.folder) },
    ops: given.ops,
    log: given.log,
  };
}

type Absolute = (file: string) => string;

function storeOf(
  name: string,
  { url, writerKeyFile, identityFile, passphraseFile }: FileConfiguration['stores'][string],
  absolute: Absolute,
): StoreConfig {
  return {
    name,
    // A plain path, not a URL.
    url: /^[a-z][a-z0-9+.-]+:/i.test(url) ? url : absolute(url),
    kind: destinationKindOf(url)!,
    writerKeyFile: optional(writerKeyFile, absolute),
    identityFile: optional(identityFile, absolute),
    passphraseFile: optional(passphraseFile, absolute),
  };
}

function clusterOf(
  name: string,
  cluster: FileConfiguration['clusters'][string],
  absolute: Absolute,
): ClusterDefinition {
  const { tls, auth, schedule, objective } = cluster;
  return {
    name,
    store: cluster.store,
    endpoints: cluster.endpoints,
    onlyEndpoints: cluster.onlyEndpoints,
    tls: optional(tls, ({ caFile, certFile, keyFile, serverName, insecureSkipVerify }) => ({
      caFile: optional(caFile, absolute),
      certFile: optional(certFile, absolute),
      keyFile: optional(keyFile, absolute),
      serverName,
      insecureSkipVerify,
    })),
    auth: optional(auth, ({ user, passwordFile, passwordEnv }) => ({
      user,
      passwordFile: optional(passwordFile, absolute),
      passwordEnv,
    })),
    schedule: optional(schedule, ({ cron, timeZone, jitter, paused }) => ({
      cron,
      timeZone,
      jitterSeconds: Math.round(jitter / 1000),
      paused,
    })),
    objectiveSeconds: optional(objective, (ms) => Math.round(ms / 1000)),
    labels: cluster.labels,
    proof: cluster.proof,
    requireProof: cluster.requireProof,
    attach: cluster.attach?.map(absolute),
    origin: 'configuration',
  };
}

const DEFAULT_PER_BACKUP = 64 * 2 ** 20;

function limitsOf(limits: FileConfiguration['limits'], stores: number, absolute: Absolute): LimitsConfig {
  const perStore = limits.stagingBytesPerStore ?? Math.floor(limits.stagingBytes / Math.max(1, stores));
  return {
    stagingBytes: limits.stagingBytes,
    stagingBytesPerStore: perStore,
    stagingBytesPerBackup: limits.stagingBytesPerBackup ?? Math.min(DEFAULT_PER_BACKUP, perStore),
    stagingExpiryMs: limits.stagingExpiry,
    storeOutageMs: limits.storeOutage,
    storeGiveUpMs: limits.storeGiveUp,
    stallTimeoutMs: limits.stallTimeout,
    drainMs: limits.drain,
    spoolFolder: limits.spoolFolder === undefined ? tmpdir() : absolute(limits.spoolFolder),
  };
}

/** Without a prototype: a name such as `constructor`, which may come from outside, finds nothing by chance. */
function named<From, To>(
  given: Readonly<Record<string, From>>,
  make: (name: string, from: From) => To,
): Readonly<Record<string, To>> {
  const all = Object.create(null) as Record<string, To>;
  for (const [name, each] of Object.entries(given)) all[name] = make(name, each);
  return all;
}

function optional<From, To>(value: From | undefined, make: (value: From) => To): To | undefined {
  return value === undefined ? undefined : make(value);
}
