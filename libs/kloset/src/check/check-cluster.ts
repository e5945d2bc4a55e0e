import { tmpdir } from 'node:os';
import { type Storage } from '@etcd-kloset/storage';
import { configName, noteName, snapshotName } from '../format/names.ts';
import { listCluster, type Cluster } from '../store/cluster.ts';
import { openConfig } from '../store/cluster-config.ts';
import { openNote } from '../store/notes.ts';
import { noteRefutedClaims } from './check-claims.ts';
import { checkDigests } from './check-digests.ts';
import { checkMap } from './check-maps.ts';
import { checkRecords } from './check-records.ts';
import { checkSmall } from './check-small.ts';
import { checkSnapshots } from './check-snapshots.ts';
import { noteDisagreement, tableChecker } from './check-tables.ts';
import { type CheckOptions } from './check-types.ts';
import { byPlace, chunkData } from './chunk-data.ts';
import { note, opened, problemsOf, type ClusterCheck } from './cluster-check.ts';
import { mapClaims } from './map-claims.ts';
import { neededObjects } from './needed-objects.ts';
import { noteDamage } from './note-damage.ts';
import { type Report } from './report.ts';

/**
 * Checks one cluster's folder: clusters know nothing of each other.
 *
 * @param cluster the cluster with its keys; without them nothing is opened
 */
export async function checkCluster(
  storage: Storage,
  id: string,
  cluster: Cluster | undefined,
  options: CheckOptions,
  report: Report,
): Promise<void> {
  const check: ClusterCheck = {
    storage,
    options,
    report,
    id,
    cluster,
    listing: await listCluster({ store: { storage, id: '', created: '' }, id }, options.signal),
    needs: neededObjects(),
    findings: new Map(),
  };
  const alreadyNoted = await checkNotesAndNames(check, cluster);
  if (cluster === undefined) await checkClosed(check);
  else await checkOpened(check, cluster);

  const problems = problemsOf(check);
  report.problems.push(...problems);
  countOrphans(check);
  if (cluster !== undefined) await noteDamage(check, cluster, problems, alreadyNoted);
}

/** @returns digests that were written down as damaged before */
async function checkNotesAndNames(check: ClusterCheck, cluster: Cluster | undefined): Promise<Set<string>> {
  const { id, listing } = check;
  const damaged = new Set<string>();
  const notes = new Map(listing.notes.map((each) => [each, noteName(id, each)]));
  await checkSmall(check, 'KLN', notes, (each, bytes) => {
    const found = cluster && opened(check, () => openNote(cluster, each, bytes));
    for (const digest of found?.objects ?? []) damaged.add(digest);
  });
  const configs = new Map(listing.configs.map((each) => [each, configName(id, Number(each))]));
  await checkSmall(check, 'KLG', configs, (each, bytes) => {
    if (cluster !== undefined) opened(check, () => openConfig(cluster, each, bytes));
  });
  return damaged;
}

/** What can be told without a key. */
async function checkClosed(check: ClusterCheck): Promise<void> {
  await checkRecords(check, () => undefined);
  await checkDigests(check, 'table', () => undefined);
  await checkDigests(check, 'chunk', () => undefined);
}

async function checkOpened(check: ClusterCheck, cluster: Cluster): Promise<void> {
  const claims = mapClaims();
  await checkRecords(check, (snapshot, record) => {
    checkMap(check, cluster, snapshot, record, claims);
  });
  for (const { chunk, snapshot } of claims.contradictions) {
    const name = snapshotName(check.id, snapshot);
    note(check, name, {
      problem: 'inconsistent',
      message: `${name} takes the chunk ${chunk} for another kind than an older record does.`,
    });
  }
  const { places, checkTable } = tableChecker(check, cluster, claims);
  await checkDigests(check, 'table', checkTable);
  await noteRefutedClaims(check, cluster, claims);
  if (check.options.readData !== true) {
    for (const chunk of places.keys()) noteDisagreement(check, places, chunk);
    await checkDigests(check, 'chunk', () => undefined);
    return;
  }
  const temporaryFolder = check.options.temporaryFolder ?? tmpdir();
  const data = chunkData(check, cluster, claims, places, temporaryFolder);
  try {
    await checkDigests(check, 'chunk', (chunk) => data.verify(chunk), byPlace(places));
    data.noteUnasked();
    await checkSnapshots(check, cluster, data, temporaryFolder);
  } finally {
    data.keys.close();
  }
}

function countOrphans({ listing, needs, report }: ClusterCheck): void {
  for (const [kind, listed] of [
    ['chunk', listing.chunks],
    ['table', listing.tables],
  ] as const) {
    for (const [digest, size] of listed) {
      if (needs.get(kind, digest) !== undefined) continue;
      report.orphans.count++;
      report.orphans.bytes += size;
    }
  }
}
