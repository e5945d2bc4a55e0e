import { type Storage } from '@etcd-kloset/storage';
import { KlosetStoreError } from '../errors.ts';
import { needsOwner, type KeyRing } from '../keys/index.ts';
import { type Store } from '../store/store.ts';
import { checkCluster } from './check-cluster.ts';
import { checkRoots } from './check-roots.ts';
import { type CheckOptions, type CheckResult } from './check-types.ts';
import { newReport } from './report.ts';
import { surveyStore, type Survey } from './survey.ts';

/**
 * Checks a store: that every object is sound, and that all is there that the snapshots need. That takes no key.
 * With a key ring also that everything opens under its name and fits together; with `readData` also that every
 * row is the one that was backed up, and that each snapshot gives the hashes that it was recorded with.
 *
 * Damage is what the result tells of; what is thrown are only failures of the check itself. An orphan, or an
 * object whose name nobody knows, is no damage. It takes a bare storage as well, for a store whose
 * `kloset.json` cannot be read. Nothing is changed but that a note of what is damaged may be written.
 *
 * @throws KlosetStoreError `key.needs-owner` (before anything is read), `key.wrong-store`, `store.not-a-store`,
 *   `store.no-such-cluster`; StorageError when the storage as a whole fails; the signal's reason
 */
export async function checkStore(
  { storage }: Pick<Store, 'storage'>,
  options: CheckOptions = {},
): Promise<CheckResult> {
  const { ring, readData = false, cluster, signal, progress } = options;
  if (readData && ring?.role !== 'owner') throw needsOwner(ring?.role);
  const only = cluster === undefined ? undefined : await folderOf(storage, cluster, ring);
  const survey = await surveyStore(storage, only, signal);
  if (!survey.hasStoreFile && survey.clusters.length === 0) throw notAStore(storage.url);

  const report = newReport(survey.bytes, progress);
  const roots = await checkRoots(storage, survey.keyFiles, report, signal);
  if (ring !== undefined && roots.storeFile !== undefined && roots.storeFile.store !== ring.store) {
    throw new KlosetStoreError(
      'key.wrong-store',
      `The key is of store ${ring.store}, but this is store ${roots.storeFile.store}.`,
      { advice: 'Use the key that belongs to this store.' },
    );
  }
  for (const id of survey.clusters) {
    const opened =
      ring === undefined || (ring.clusterOnly !== undefined && ring.clusterOnly.id !== id)
        ? undefined
        : { store: { storage, id: ring.store, created: roots.storeFile?.created ?? '' }, ring, id };
    await checkCluster(storage, id, opened, options, report);
  }
  warnOfUnknown(survey, report.warnings);
  const problems = [...roots.problems([...report.snapshots].sort()), ...report.problems];
  return {
    sound: problems.length === 0,
    problems: problems.sort((a, b) => (a.object < b.object ? -1 : 1)),
    warnings: [...new Set(report.warnings)],
    objects: report.done.objects,
    bytes: report.done.bytes,
    clusters: survey.clusters.length,
    snapshots: report.snapshots.length,
    orphans: report.orphans,
    noted: report.noted,
  };
}

/** @throws KlosetStoreError `store.no-such-cluster`, `key.wrong-cluster` */
async function folderOf(storage: Storage, cluster: string, ring: KeyRing | undefined): Promise<string> {
  const folders = await storage.folders('clusters/');
  const isFolder = /^[0-9a-f]{32}$/.test(cluster) && folders.includes(cluster);
  const id = isFolder || ring === undefined ? cluster : ring.clusterIdOf(cluster);
  if (folders.includes(id)) return id;
  throw new KlosetStoreError(
    'store.no-such-cluster',
    `there is no cluster ${JSON.stringify(cluster)} in the store ${storage.url}`,
    {
      advice:
        ring === undefined
          ? 'Without a key a cluster goes by the name of its folder, 32 hex digits.'
          : 'Cluster names are case-sensitive; see `etcd-kloset snapshots` for what there is.',
    },
  );
}

function warnOfUnknown({ unknown }: Survey, warnings: string[]): void {
  for (const name of unknown.names) {
    warnings.push(`${name} is not an object of a store that this version knows: it was left alone`);
  }
  const more = unknown.count - unknown.names.length;
  if (more > 0) warnings.push(`${more} more objects have names that this version does not know`);
}

function notAStore(url: string): KlosetStoreError {
  return new KlosetStoreError('store.not-a-store', `${url} is not a store: it has no kloset.json`, {
    advice: 'Check the address, or make a store there with `etcd-kloset init`.',
  });
}
