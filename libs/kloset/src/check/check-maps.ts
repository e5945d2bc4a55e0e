import { snapshotName } from '../format/names.ts';
import { type SnapshotMap } from '../format/snapshot-map.ts';
import { type SnapshotSummary } from '../format/summary.ts';
import { type PlainRecord } from '../objects/record-object.ts';
import { mapOf, summaryOf, type Cluster } from '../store/cluster.ts';
import { note, opened, type ClusterCheck } from './cluster-check.ts';
import { liveRowsOf } from './held-chunks.ts';
import { type MapClaims } from './map-claims.ts';

/** Opens a record under its name and checks that it agrees with itself; what it says of others goes to `claims`. */
export function checkMap(
  check: ClusterCheck,
  cluster: Cluster,
  snapshot: string,
  record: PlainRecord,
  claims: MapClaims,
): void {
  const content = opened(check, () => ({
    summary: summaryOf(cluster, snapshot, record),
    map: mapOf(cluster, snapshot, record),
  }));
  if (content === undefined) return;
  claims.add(snapshot, content.summary, content.map);
  const fault = faultOf(content.summary, content.map, record);
  if (fault === undefined) return;
  const name = snapshotName(check.id, snapshot);
  note(check, name, { problem: 'inconsistent', message: `${name} contradicts itself: ${fault}.` });
}

function faultOf(
  { rows, attachments }: SnapshotSummary,
  map: SnapshotMap,
  { needs }: PlainRecord,
): string | undefined {
  const live = map.rowChunks.reduce((sum, chunk) => sum + liveRowsOf(chunk), 0);
  if (live !== rows.total) return `its chunks hold ${live} rows for it, its summary counts ${rows.total}`;
  const listed = new Set(needs.filter(({ kind }) => kind === 'chunk').map(({ digest }) => digest));
  const unlisted = attachments.flatMap(({ chunks }) => chunks).find((digest) => !listed.has(digest));
  if (unlisted === undefined) return undefined;
  return `an attachment uses the chunk ${unlisted}, which is not in its list of needed objects`;
}
