import { chunkName, snapshotName, tableName } from '../format/names.ts';
import { type NeededObject } from '../format/snapshot-map.ts';
import { tableReader } from '../rows/table-reader.ts';
import { mapOf, readChunk, readPlainRecord, summaryOf, type Cluster } from '../store/cluster.ts';
import { note, type ClusterCheck } from './cluster-check.ts';
import { type ChunkData } from './chunk-data.ts';
import { finding, isFound } from './problem-of.ts';
import { blocksOf, verifyAttachment, verifyOpaque, type OpenBlocks } from './verify-files.ts';
import { verifyHashes } from './verify-hashes.ts';

/**
 * Compares every snapshot as a whole with what was recorded of it. One that needs a damaged object is passed
 * over: its damage is named there.
 */
export async function checkSnapshots(
  check: ClusterCheck,
  cluster: Cluster,
  data: ChunkData,
  temporaryFolder: string,
): Promise<void> {
  const { id, findings, needs, listing, options } = check;
  const openBlocks: OpenBlocks = async (digest) =>
    blocksOf(data.open(digest, await readChunk(cluster, digest, needs.get('chunk', digest)?.size)));
  /** Attachments that many snapshots share are looked at once. */
  const sound = new Set<string>();
  const isDamaged = ({ kind, digest }: NeededObject): boolean =>
    findings.has(kind === 'chunk' ? chunkName(id, digest) : tableName(id, digest));

  for (const snapshot of listing.snapshots) {
    options.signal?.throwIfAborted();
    const name = snapshotName(id, snapshot);
    if (findings.has(name) || needs.isTouched(snapshot, isDamaged)) continue;
    const faults = await finding(async () => {
      const record = await readPlainRecord(cluster, snapshot);
      const summary = summaryOf(cluster, snapshot, record);
      const map = mapOf(cluster, snapshot, record);
      const loadTable = tableReader(cluster, map.tables);
      const found =
        summary.encoding === 'rows'
          ? await verifyHashes(summary, map, data, loadTable, temporaryFolder)
          : await verifyOpaque(summary, map, openBlocks, loadTable);
      for (const attachment of summary.attachments) {
        const { chunks, size, sha256 } = attachment;
        const key = JSON.stringify([chunks, size, sha256]);
        if (sound.has(key)) continue;
        const faultsOfFile = await verifyAttachment(attachment, openBlocks);
        if (faultsOfFile.length === 0) sound.add(key);
        found.push(...faultsOfFile);
      }
      return found;
    });
    // A record that is gone by now was pruned meanwhile.
    if (isFound(faults)) {
      if (faults.found.problem !== 'missing') note(check, name, faults.found);
    } else if (faults.length > 0) {
      note(check, name, {
        problem: 'not-equal',
        message: `The snapshot ${snapshot} is not what was recorded of it: ${faults.join('; ')}.`,
      });
    }
  }
}
