import { snapshotName, tableName } from '../format/names.ts';
import { mapOf, readPlainRecord, type Cluster } from '../store/cluster.ts';
import { note, opened, type ClusterCheck } from './cluster-check.ts';
import { type MapClaims } from './map-claims.ts';
import { finding, isFound } from './problem-of.ts';

/**
 * Notes every record that claims what its table does not bear out. Which records make a claim is not held, since
 * thousands make the same ones: when one was refuted, which only a forger brings about, all are read again.
 */
export async function noteRefutedClaims(
  check: ClusterCheck,
  cluster: Cluster,
  claims: MapClaims,
): Promise<void> {
  if (!claims.isAnyRefuted) return;
  const { id, listing, findings, options } = check;
  for (const snapshot of listing.snapshots) {
    options.signal?.throwIfAborted();
    const name = snapshotName(id, snapshot);
    if (findings.has(name)) continue;
    const chunk = await finding(async () => {
      const record = await readPlainRecord(cluster, snapshot);
      const map = opened(check, () => mapOf(cluster, snapshot, record));
      return map && claims.refutedIn(map);
    });
    if (isFound(chunk)) {
      // A record that is gone by now was pruned meanwhile.
      if (chunk.found.problem !== 'missing') note(check, name, chunk.found);
    } else if (chunk !== undefined) {
      note(check, name, {
        problem: 'inconsistent',
        message: `${name} and ${tableName(id, chunk.table)} do not agree about the chunk ${chunk.digest}.`,
      });
    }
  }
}
