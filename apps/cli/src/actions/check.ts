import { checkStore, KlosetStoreError, openStore, type CheckResult, type KeyRing } from '@etcd-kloset/kloset';
import { type Storage } from '@etcd-kloset/storage';
import { type checkOptions } from '../commands/check.ts';
import { type Action, type Invocation } from '../commands/command.ts';
import { formatBytes, plural } from '../output/format.ts';
import { printable } from '../output/table.ts';
import { openGivenKey, openGivenKeyIfAny } from '../store/given-keys.ts';
import { withStorage } from '../store/opened-storage.ts';

export const check: Action<typeof checkOptions> = async (invocation) => {
  const { options, report, signal } = invocation;
  const readData = options.readData === true;
  const { result, withKey } = await withStorage(options.store, { report, signal }, async (storage) => {
    const ring = await ringFor(storage, invocation);
    return {
      withKey: ring !== undefined,
      result: await checkStore(
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
      ),
    };
  });
  result.warnings.forEach(report.warn);
  report.done({ readData, ...documentOf(result) }, () => textOf(result, readData, withKey));
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
    return await openGivenKeyIfAny(await openStore(storage), 'read', use);
  } catch (error) {
    const isDamaged =
      error instanceof KlosetStoreError &&
      (error.code === 'object.rotten' || error.code === 'store.not-a-store');
    if (!isDamaged) throw error;
    report.warn(`${error.message}; what can be checked without a key is checked`);
    return undefined;
  }
}

function documentOf(result: CheckResult) {
  const { sound, problems, warnings, objects, bytes, clusters, snapshots, orphans, noted } = result;
  return {
    sound,
    problems: problems.map(({ cluster, ...problem }) => ({ ...problem, cluster: cluster ?? null })),
    warnings,
    objects,
    bytes,
    clusters,
    snapshots,
    orphans,
    noted,
  };
}

function textOf(result: CheckResult, readData: boolean, withKey: boolean): string {
  const { sound, problems, objects, bytes, clusters, snapshots, orphans, noted } = result;
  const what = readData
    ? 'every object, every row and every hash'
    : withKey
      ? 'every object, and all that the key opens'
      : 'every object (without a key)';
  return [
    ...problems.flatMap(({ object, problem, message, neededBy }) => [
      `${problem}: ${object}`,
      `  ${printable(message)}`,
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
