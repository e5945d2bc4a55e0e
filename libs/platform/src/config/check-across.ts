import path from 'node:path';
import { isBelow } from './is-below.ts';
import { type Finding } from './problems/issue-sentences.ts';
import { suggest } from './problems/suggest.ts';
import { type FileConfiguration } from './schema/file-schema.ts';

/** The sections that are right in themselves. */
export type SoundSections = Partial<FileConfiguration>;

/** As they are written, right or not. */
type Written = Readonly<Record<string, unknown>>;

export interface AcrossOptions {
  /** Where relative paths start. */
  readonly folder: string;
  readonly stores: Written;
  readonly clusters: Written;
}

/** What is wrong between keys that are each right. */
export function checkAcross(sound: SoundSections, { folder, stores, clusters }: AcrossOptions): Finding[] {
  const storeNames = Object.keys(stores);
  return [
    ...checkRedis(sound),
    ...checkStores(sound),
    ...checkStoresOf(clusters, storeNames),
    ...checkClusters(sound),
    ...checkLimits(sound, storeNames.length),
    ...checkWorkers(sound, storeNames),
    ...checkOps(sound, storeNames),
    ...checkNames(sound),
    ...checkSecrets(sound, folder),
  ];
}

function checkRedis({ redis }: SoundSections): Finding[] {
  return redis?.url !== undefined && redis.urlFile !== undefined
    ? [{ path: ['redis', 'urlFile'], message: 'stands beside redis.url: give one of them.' }]
    : [];
}

function checkStores({ stores = {} }: SoundSections): Finding[] {
  const seen = new Map<string, string>();
  return Object.entries(stores).flatMap(([name, { url }]) => {
    const other = seen.get(url);
    if (other === undefined) seen.set(url, name);
    return other === undefined
      ? []
      : [
          {
            path: ['stores', name, 'url'],
            message: `is that of the store ${other} too: a store has one name.`,
          },
        ];
  });
}

function checkStoresOf(clusters: Written, stores: readonly string[]): Finding[] {
  return Object.entries(clusters).flatMap(([name, cluster]) => {
    const store =
      typeof cluster === 'object' && cluster !== null && 'store' in cluster ? cluster.store : undefined;
    return typeof store !== 'string' || stores.includes(store)
      ? []
      : [{ path: ['clusters', name, 'store'], message: noSuchStore(stores, store) }];
  });
}

function checkClusters({ clusters = {} }: SoundSections): Finding[] {
  return Object.entries(clusters).flatMap(([name, cluster]) => {
    const at = (...keys: string[]) => ['clusters', name, ...keys];
    const { tls, auth, proof, requireProof } = cluster;
    const found: Finding[] = [];
    if (tls !== undefined && (tls.certFile === undefined) !== (tls.keyFile === undefined)) {
      found.push({ path: at('tls'), message: 'has one of certFile and keyFile: they are given together.' });
    }
    if (auth !== undefined && (auth.passwordFile === undefined) === (auth.passwordEnv === undefined)) {
      found.push({ path: at('auth'), message: 'needs one of passwordFile and passwordEnv.' });
    }
    if (requireProof && proof === 'none') {
      found.push({ path: at('requireProof'), message: 'and proof: none exclude each other.' });
    }
    return found;
  });
}

function checkLimits({ limits }: SoundSections, count: number): Finding[] {
  if (limits === undefined) return [];
  const { stagingBytes: total, stagingBytesPerStore: perStore, stagingBytesPerBackup: perBackup } = limits;
  const found: Finding[] = [];
  const larger = (key: string, than: string): Finding => ({
    path: ['limits', key],
    message: `is more than ${than}: what one backup may have, at most what its store may have, at most what all may have.`,
  });
  if (perStore !== undefined && perStore > total)
    found.push(larger('stagingBytesPerStore', 'limits.stagingBytes'));
  if (perBackup !== undefined && perBackup > total)
    found.push(larger('stagingBytesPerBackup', 'limits.stagingBytes'));
  else if (perBackup !== undefined && perStore !== undefined && perBackup > perStore) {
    found.push(larger('stagingBytesPerBackup', 'limits.stagingBytesPerStore'));
  }
  const share = Math.floor(total / Math.max(1, count));
  const least = perBackup ?? LEAST_SHARE;
  if (perStore === undefined && perBackup !== undefined && perBackup <= total && perBackup > share) {
    found.push({
      path: ['limits', 'stagingBytesPerBackup'],
      message: `is more than the share of each of the ${count} stores in limits.stagingBytes: raise that to ${mebibytes(least * count)}, or set limits.stagingBytesPerStore.`,
    });
  } else if (perStore === undefined && share < LEAST_SHARE) {
    found.push({
      path: ['limits', 'stagingBytes'],
      message: `is too little for ${count} stores, each of which needs 32MiB: raise it to ${mebibytes(LEAST_SHARE * count)}, or set limits.stagingBytesPerStore.`,
    });
  }
  if (limits.stagingExpiry <= limits.storeOutage) {
    found.push({
      path: ['limits', 'stagingExpiry'],
      message: 'is not longer than limits.storeOutage: chunks would vanish while their store is waited for.',
    });
  }
  return found;
}

const LEAST_SHARE = 32 * 2 ** 20;

function mebibytes(bytes: number): string {
  return `${Math.ceil(bytes / 2 ** 20)}MiB`;
}

function checkWorkers({ workers }: SoundSections, stores: readonly string[]): Finding[] {
  if (workers === undefined) return [];
  return (['snapshot', 'storage'] as const).flatMap((kind) =>
    (workers[kind].stores ?? []).flatMap((store, index) =>
      stores.includes(store)
        ? []
        : [{ path: ['workers', kind, 'stores', index], message: noSuchStore(stores, store) }],
    ),
  );
}

function checkOps({ ops }: SoundSections, stores: readonly string[]): Finding[] {
  return (ops?.requiredStores ?? []).flatMap((store, index) =>
    stores.includes(store)
      ? []
      : [{ path: ['ops', 'requiredStores', index], message: noSuchStore(stores, store) }],
  );
}

function checkNames({ api, webhooks = [] }: SoundSections): Finding[] {
  const keys = api?.keys ?? [];
  return [
    ...repeated(keys.map(({ name }) => name)).map((index) => ({
      path: ['api', 'keys', index, 'name'],
      message: 'is the name of another key too.',
    })),
    ...repeated(keys.map(({ hash }) => hash)).map((index) => ({
      path: ['api', 'keys', index, 'hash'],
      message: 'is that of another key too: each has its own.',
    })),
    ...repeated(webhooks.map(({ name }) => name)).map((index) => ({
      path: ['webhooks', index, 'name'],
      message: 'is the name of another webhook too.',
    })),
  ];
}

/** The indexes of those that stood in the list before. */
function repeated(names: readonly string[]): number[] {
  return names.flatMap((name, index) => (names.indexOf(name) < index ? [index] : []));
}

/** Whoever may register a cluster may name any file of that folder as a password, and send it to a server of their own. */
function checkSecrets(
  { redis, secrets, stores = {}, webhooks = [] }: SoundSections,
  folder: string,
): Finding[] {
  if (secrets === undefined) return [];
  const root = path.resolve(folder, secrets.folder);
  const files: [Finding['path'], string | undefined][] = [
    [['redis', 'urlFile'], redis?.urlFile],
    ...Object.entries(stores).flatMap(([name, store]) =>
      (['writerKeyFile', 'identityFile', 'passphraseFile'] as const).map((key): (typeof files)[number] => [
        ['stores', name, key],
        store[key],
      ]),
    ),
    ...webhooks.map(({ secretFile }, index): (typeof files)[number] => [
      ['webhooks', index, 'secretFile'],
      secretFile,
    ]),
  ];
  return files.flatMap(([at, file]) =>
    file !== undefined && isBelow(path.resolve(folder, file), root)
      ? [
          {
            path: at,
            message:
              'is below secrets.folder, from which a cluster that is registered over the API may name any file as its password: put it elsewhere.',
          },
        ]
      : [],
  );
}

function noSuchStore(names: readonly string[], given: string): string {
  if (names.length === 0) return 'names a store, but there are none: add it below stores.';
  const meant = suggest(given, names);
  return meant === undefined
    ? `is no store of this configuration; there are ${names.join(', ')}.`
    : `is no store of this configuration. Did you mean ${meant}?`;
}
