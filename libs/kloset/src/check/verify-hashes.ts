import {
  CRC,
  FLAGS,
  hashKV,
  KEY_HIGH,
  KEY_LOW,
  LENGTH,
  MAIN,
  openPrivateFile,
  ROW_F64,
  ROW_U32,
  RowLog,
  RowRuns,
  StatusHash,
  SUB,
  type RowSequence,
} from '@etcd-kloset/mvcc';
import { KlosetStoreError } from '../errors.ts';
import { type SnapshotMap } from '../format/snapshot-map.ts';
import { type SnapshotSummary } from '../format/summary.ts';
import { liveRows, type LoadTable } from '../rows/live-rows.ts';
import { type BucketFacts, type ChunkData } from './chunk-data.ts';
import { heldChunks } from './held-chunks.ts';

const KEY_BUCKET = 'key';
/** Rows held in memory: 14 MiB; more go to a private file. */
const MEMORY_ROWS = 262_144;

/**
 * Makes both hashes of a snapshot again, from rows that were found to be what was backed up.
 *
 * @returns what differs from what was recorded
 */
export async function verifyHashes(
  summary: SnapshotSummary,
  map: SnapshotMap,
  data: Pick<ChunkData, 'keys' | 'buckets'>,
  loadTable: LoadTable,
  temporaryFolder: string,
): Promise<string[]> {
  const log = new RowLog({ memoryRows: MEMORY_ROWS, openSpill: () => openPrivateFile(temporaryFolder) });
  try {
    const bytes = await gatherRows(map, data, loadTable, log);
    const rows = new RowRuns(log);
    if (log.count > 0) rows.add(0, log.count);
    const others = map.bucketChunks.flatMap(({ digest }) => data.buckets.get(digest) ?? []);
    return [
      ...bucketFaults(summary, others, { rows: rows.count, bytes }),
      ...statusFaults(summary, others, rows),
      ...hashKvFaults(summary, rows),
    ];
  } finally {
    log.close();
  }
}

/** @returns the bytes of all rows, which ascend by revision */
async function gatherRows(
  { rowChunks }: SnapshotMap,
  { keys }: Pick<ChunkData, 'keys'>,
  loadTable: LoadTable,
  log: RowLog,
): Promise<number> {
  const hashes = heldChunks(rowChunks, (digest) => {
    const found = keys.get(digest);
    if (found !== undefined) return found;
    throw new KlosetStoreError(
      'object.malformed',
      `no table tells what the rows of the chunk ${digest} are`,
      {
        context: { chunk: digest },
      },
    );
  });
  let bytes = 0;
  for await (const block of liveRows(rowChunks, loadTable)) {
    for (let i = 0; i < block.count; i++) {
      const chunk = block.chunk[i]!;
      const ofChunk = hashes.ready(chunk) ?? (await hashes.load(chunk));
      const { batch, index } = log.append();
      const u = index * ROW_U32;
      batch.f64[index * ROW_F64 + MAIN] = block.main[i]!;
      batch.u32[u + SUB] = block.sub[i]!;
      batch.u32[u + LENGTH] = block.length[i]!;
      batch.u32[u + CRC] = block.crc[i]!;
      batch.u32[u + FLAGS] = block.tombstone[i]!;
      batch.u32[u + KEY_LOW] = ofChunk[block.index[i]! * 2]!;
      batch.u32[u + KEY_HIGH] = ofChunk[block.index[i]! * 2 + 1]!;
      bytes += block.length[i]!;
      hashes.taken(chunk);
    }
  }
  return bytes;
}

function bucketFaults(
  { buckets }: SnapshotSummary,
  others: readonly BucketFacts[],
  key: { rows: number; bytes: number },
): string[] {
  const counted = new Map(
    others.map(({ name, rows, bytes, sequence }) => [latin1(name), `${rows} ${bytes} ${sequence}`]),
  );
  const sequence = buckets.find(({ name }) => name === KEY_BUCKET)?.sequence ?? '0';
  counted.set(KEY_BUCKET, `${key.rows} ${key.bytes} ${sequence}`);
  const recorded = new Map(
    buckets.map(({ name, rows, bytes, sequence: s }) => [name, `${rows} ${bytes} ${s}`]),
  );
  return [...new Set([...counted.keys(), ...recorded.keys()])]
    .filter((name) => counted.get(name) !== recorded.get(name))
    .map((name) => `its bucket ${JSON.stringify(name)} does not have the rows and bytes that were recorded`);
}

function statusFaults(
  { statusHash }: SnapshotSummary,
  others: readonly BucketFacts[],
  rows: RowSequence,
): string[] {
  const status = new StatusHash();
  const all = [
    ...others.map((facts) => ({ name: Buffer.from(facts.name), facts })),
    { name: Buffer.from(KEY_BUCKET), facts: undefined },
  ].sort((a, b) => a.name.compare(b.name));
  for (const { name, facts } of all) {
    status.bucket(name);
    if (facts === undefined) status.rows(rows);
    else status.crc(facts.crc, facts.bytes);
  }
  if (status.value() === statusHash) return [];
  return [`its rows give the status hash ${status.value()}, it was recorded with ${statusHash}`];
}

/** Each member's answer must differ from ours if, and only if, that was recorded. */
function hashKvFaults(summary: SnapshotSummary, rows: RowSequence): string[] {
  const faults: string[] = [];
  for (const [revision, answers] of Map.groupBy(summary.hashKV, (answer) => answer.revision)) {
    const compactRevisions = [...new Set(answers.map(({ compactRevision }) => compactRevision))];
    const ours = hashKV(rows, revision, compactRevisions);
    for (const { member, memberId, hash, equal, compactRevision } of answers) {
      const our = ours[compactRevisions.indexOf(compactRevision)]!;
      if ((hash === our) === equal) continue;
      const name = member === '' ? memberId : member;
      faults.push(
        equal
          ? `its rows give the HashKV ${our}, member ${name} answered ${hash}`
          : `its rows give the HashKV of member ${name}, which was recorded as differing`,
      );
    }
  }
  return faults;
}

function latin1(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('latin1');
}
