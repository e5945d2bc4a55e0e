import { configName, noteName } from '../format/names.ts';
import { listCluster, type Cluster } from '../store/cluster.ts';
import { checkDigests } from './check-digests.ts';
import { checkRecords } from './check-records.ts';
import { checkSmall } from './check-small.ts';
import { type CheckOptions } from './check-types.ts';
import { problemsOf, type ClusterCheck } from './cluster-check.ts';
import { neededObjects } from './needed-objects.ts';
import { type Report } from './report.ts';
import { type Storage } from '@etcd-kloset/storage';

/** Checks one cluster's folder. Clusters know nothing of each other. */
export async function checkCluster(
  storage: Storage,
  id: string,
  cluster: Cluster | undefined,
  options: CheckOptions,
  report: Report,
): Promise<void> {
  const listing = await listCluster({ store: { storage, id: '', created: '' }, id }, options.signal);
  const check: ClusterCheck = {
    storage,
    options,
    report,
    id,
    cluster,
    listing,
    needs: neededObjects(),
    findings: new Map(),
  };
  const named = (ids: readonly string[], nameOf: (cluster: string, id: string) => string) =>
    new Map(ids.map((each) => [each, nameOf(id, each)]));

  await checkSmall(
    check,
    'KLG',
    named(listing.configs, (c, n) => configName(c, Number(n))),
    () => undefined,
  );
  await checkSmall(check, 'KLN', named(listing.notes, noteName), () => undefined);
  await checkRecords(check, () => undefined);
  await checkDigests(check, 'table', () => undefined);
  await checkDigests(check, 'chunk', () => undefined);

  report.problems.push(...problemsOf(check));
  countOrphans(check);
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
