import { describeError } from '@etcd-kloset/errors';
import {
  checkStore,
  KlosetStoreError,
  listClusters,
  openStore,
  type CheckProblem,
  type CheckResult,
  type KeyRing,
} from '@etcd-kloset/kloset';
import { type Storage } from '@etcd-kloset/storage';
import { type checkOptions } from '../commands/check.ts';
import { type Action, type Invocation } from '../commands/command.ts';
import { formatBytes, plural } from '../output/format.ts';
import { type Report } from '../output/report.ts';
import { printable } from '../output/table.ts';
import { openGivenKey, openGivenKeyIfAny } from '../store/given-keys.ts';
import { withStorage } from '../store/opened-storage.ts';
import { UsageError } from '../usage-error.ts';

export const check: Action<typeof checkOptions> = async (invocation) => {
  const { options, report, signal } = invocation;
  const readData = options.readData === true;
  const { result, withKey, names } = await withStorage(options.store, { report, signal }, async (storage) => {
    const ring = await ringFor(storage, invocation);
    const found = await checkStore(
      { storage },
      {
        ring,
        readData,
        cluster: options.cluster,
        note: options.note,
        temporaryFolder: options.tempDir,
        signal,
        progress: (progress) => report.progress({ stage: 'check', ...progress }),
      },
    );
    return {
      result: found,
      withKey: ring !== undefined,
      names: found.sound || ring === undefined ? NO_NAMES : await clusterNames(storage, ring, report),
    };
  });
  result.warnings.forEach(report.warn);
  report.answer({ readData, ...documentOf(result, names) }, () =>
    textOf(result, names, { readData, withKey }),
  );
  if (result.sound) return 0;
  if (!report.json) {
    report.warn(
      `${plural(result.problems.length, 'problem')} in the store: see above what cannot be restored`,
    );
  }
  return 1;
};

/** A store whose `kloset.json` is damaged cannot tell which key is its own: it is checked without one. */
async function ringFor(
  storage: Storage,
  { options, sourceOf, report, signal }: Invocation<typeof checkOptions>,
): Promise<KeyRing | undefined> {
  const use = { given: options, sourceOf, report, signal };
  if (options.readData === true) return openGivenKey(await openStore(storage), 'decrypt', use);
  try {
    const ring = await openGivenKeyIfAny(await openStore(storage), 'read', use);
    if (ring !== undefined || options.note !== true) return ring;
  } catch (error) {
    const isDamaged =
      error instanceof KlosetStoreError &&
      (error.code === 'object.rotten' || error.code === 'store.not-a-store');
    if (!isDamaged) throw error;
    const said = error.message.replace(/\.$/, '');
    report.warn(`${said}; what can be checked without a key is checked, and nothing is written down`);
    return undefined;
  }
  throw new UsageError(
    '--note needs a key: without one nothing can be written down in the store.',
    'Give --writer-key-file, --keeper-key-file, --identity-file or --passphrase-file, or leave --note out.',
  );
}

/** The names of clusters by their folders. */
type ClusterNames = ReadonlyMap<string, string>;

const NO_NAMES: ClusterNames = new Map();

/** What is damaged may hide a name, or the storage may fail: the problems were found all the same. */
async function clusterNames(storage: Storage, ring: KeyRing, report: Report): Promise<ClusterNames> {
  try {
    const clusters = await listClusters({ storage, id: ring.store, created: '' }, ring);
    return new Map(clusters.map(({ cluster, name }) => [cluster.id, name]));
  } catch (error) {
    report.warn(
      `clusters go by their folders here, since their names cannot be read: ${describeError(error)}`,
    );
    return NO_NAMES;
  }
}

function documentOf(result: CheckResult, names: ClusterNames) {
  const { sound, problems, warnings, objects, bytes, clusters, snapshots, orphans, noted } = result;
  return {
    sound,
    problems: problems.map(({ cluster, ...problem }) => ({
      ...problem,
      cluster: cluster ?? null,
      clusterName: (cluster !== undefined && names.get(cluster)) || null,
    })),
    warnings,
    objects,
    bytes,
    clusters,
    snapshots,
    orphans,
    noted,
  };
}

function textOf(
  result: CheckResult,
  names: ClusterNames,
  { readData, withKey }: { readonly readData: boolean; readonly withKey: boolean },
): string {
  const { sound, problems, objects, bytes, clusters, snapshots, orphans, noted } = result;
  const what = readData
    ? 'every object, every row and every hash'
    : withKey
      ? 'every object, and all that the key opens'
      : 'every object (without a key)';
  return [
    ...problems.flatMap(({ object, problem, message, neededBy, cluster }) => [
      `${problem}: ${object}${ofCluster(cluster, names)}`,
      `  ${printable(withoutName(message, object))}`,
      neededBy.length === 0 ? '  no snapshot needs it' : `  needed by ${neededBy.join(', ')}`,
    ]),
    `checked ${what}: ${plural(objects, 'object')}, ${formatBytes(bytes)}, ${plural(snapshots, 'snapshot')} of ${plural(clusters, 'cluster')}`,
    ...(orphans.count === 0
      ? []
      : [
          `${plural(orphans.count, 'object')} (${formatBytes(orphans.bytes)}) no snapshot needs; that is no damage`,
        ]),
    ...(noted.length === 0
      ? []
      : [`written down as damaged: ${noted.length}; the next backup stores it again`]),
    sound ? 'the store is sound' : `the store is NOT sound: ${plural(problems.length, 'problem')}`,
  ].join('\n');
}

function ofCluster(cluster: string | undefined, names: ClusterNames): string {
  const name = cluster === undefined ? undefined : names.get(cluster);
  return name === undefined || name === cluster ? '' : ` (of ${name})`;
}

/** The object's name stands in the line above. */
function withoutName(message: CheckProblem['message'], object: string): string {
  if (!message.startsWith(`${object} is `)) return message;
  return message.slice(object.length + ' is '.length).replace(/^damaged: /, '');
}
