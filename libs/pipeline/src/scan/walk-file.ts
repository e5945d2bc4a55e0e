import { BoltError, BoltFile, fileSource, requireBounds, type BoltBucket } from '@etcd-kloset/bbolt';
import {
  FLAG_BITS,
  FLAG_TOMBSTONE,
  FLAGS,
  isRevisionKey,
  LENGTH,
  MAIN,
  MvccError,
  readMain,
  ROW_F64,
  ROW_U32,
  rowBatch,
  ROW_BYTES,
  RowRuns,
  StatusHash,
  SUB,
  TOMBSTONE_KEY_SIZE,
  writeRevisionKey,
  type RowBatch,
  type RowLog,
} from '@etcd-kloset/mvcc';
import { type Analysis, type BucketCount, type KubernetesFindings, type OtherBucket } from './analysis.ts';
import { type PageScanner } from './page-scanner.ts';
import { type RowDigester } from './row-digester.ts';

/** The buckets besides `key` are small in every etcd; a file where they are not is kept as it is. */
const MOST_OTHER_BYTES = 64 * 1024 * 1024;
const KEY_BUCKET = 'key';
const META_BUCKET = 'meta';

/** Why a file is not taken apart. Caught here; nobody else sees it. */
class NotDecodable extends Error {}

/**
 * Walks the tree of a spooled file whose leaves were digested as they streamed by.
 *
 * Every check that bbolt's own would make of the tree is made; whatever is not as etcd writes it makes
 * the file undecodable, with the reason, and never an error: the backup then keeps the file as it is.
 *
 * @param size bytes of the bbolt file, without the trailer
 */
export function walkFile(
  fd: number,
  size: number,
  scanner: PageScanner,
  digester: RowDigester,
  log: RowLog,
  onRevision: (revision: number) => void,
): Analysis {
  let pageSize = 4096;
  try {
    const file = BoltFile.open(fileSource(fd, size));
    pageSize = file.meta.pageSize;
    onRevision(revisionOf(file));
    return decode(file, scanner, digester, log);
  } catch (error) {
    if (error instanceof NotDecodable)
      return { decoded: false, reason: error.message, foreign: false, pageSize };
    if ((error instanceof BoltError && error.code !== 'bbolt.read') || error instanceof MvccError) {
      return {
        decoded: false,
        reason: `${error.code}: ${error.message}`,
        foreign: error.code === 'bbolt.not-bbolt',
        pageSize,
      };
    }
    throw error;
  }
}

/**
 * The file's revision, from the right edge of the tree: known long before the rows are walked, so that the
 * members can be asked for their hashes before a compaction overtakes it.
 */
function revisionOf(file: BoltFile): number {
  let last = 0;
  let compacted = 0;
  for (const bucket of file.buckets()) {
    const name = Buffer.from(bucket.name).toString('latin1');
    if (name === KEY_BUCKET) {
      const key = bucket.lastKey();
      if (key !== undefined && isRevisionKey(key, 0, key.length)) last = readMain(key, 0);
    } else if (name === META_BUCKET) {
      compacted = compactionOf(readWhole(bucket, MOST_OTHER_BYTES));
    }
  }
  return Math.max(last, compacted);
}

function decode(file: BoltFile, scanner: PageScanner, digester: RowDigester, log: RowLog): Analysis {
  const runs = new RowRuns(log);
  const buckets: BucketCount[] = [];
  const others: OtherBucket[] = [];
  const hash = new StatusHash();
  let tally: Tally | undefined;
  let budget = MOST_OTHER_BYTES;
  for (const bucket of file.buckets()) {
    const name = Buffer.from(bucket.name).toString('latin1');
    hash.bucket(bucket.name);
    if (name === KEY_BUCKET) {
      collectRuns(bucket, scanner, digester, log, runs);
      tally = tallyOf(runs, digester);
      hash.rows(runs);
      buckets.push({ name, sequence: bucket.sequence, rows: runs.count, bytes: tally.bytes });
    } else {
      const other = readWhole(bucket, budget);
      for (const { key, value } of other.rows) hash.row(key, value);
      const bytes = other.rows.reduce((sum, { key, value }) => sum + key.length + value.length, 0);
      budget -= bytes;
      others.push(other);
      buckets.push({ name, sequence: bucket.sequence, rows: other.rows.length, bytes });
    }
  }
  if (tally === undefined) throw new NotDecodable('the file has no bucket "key": it is not etcd\'s');
  const meta = others.find(({ name }) => Buffer.from(name).toString('latin1') === META_BUCKET);
  const compactRevision = compactionOf(meta);
  return {
    decoded: true,
    pageSize: file.meta.pageSize,
    revision: Math.max(tally.lastMain, compactRevision),
    compactRevision,
    statusHash: hash.value(),
    buckets,
    others,
    log: log.share(),
    runs: runs.share(),
    kubernetes: tally.kubernetes,
    storageVersion: textOf(meta, 'storageVersion'),
  };
}

/** Leaf pages in key order become runs of the log; the few that did not stream by as leaves are digested now. */
function collectRuns(
  bucket: BoltBucket,
  scanner: PageScanner,
  digester: RowDigester,
  log: RowLog,
  runs: RowRuns,
): void {
  const ends = new Uint8Array(2 * ROW_BYTES);
  const batch = rowBatch(ends.buffer, 0, 2);
  const keys = new Uint8Array(2 * TOMBSTONE_KEY_SIZE);
  for (const leaf of bucket.leaves((id) => scanner.leaf(id)?.overflow)) {
    if (leaf.page === undefined) {
      const known = scanner.leaf(leaf.id)!;
      if (leaf.lowerBound !== undefined || leaf.upperBound !== undefined) {
        log.readInto(known.firstRow, 1, ends, 0);
        log.readInto(known.firstRow + known.rows - 1, 1, ends, ROW_BYTES);
        const first = keyOf(batch, 0, keys);
        requireBounds(leaf.id, first, keyOf(batch, 1, keys), leaf.lowerBound, leaf.upperBound);
      }
      runs.add(known.firstRow, known.rows);
      continue;
    }
    if (leaf.page.count === 0) continue;
    if (!digester.canDigest(leaf.page)) {
      throw new NotDecodable(
        `page ${leaf.id} of the bucket "key" has a row that is not a revision of etcd's`,
      );
    }
    const firstRow = log.count;
    digester.digest(leaf.page, leaf.position, log);
    runs.add(firstRow, leaf.page.count);
  }
}

/** The revision key of row `i`, written to the `i`th place of `keys`. */
function keyOf({ f64, u32 }: RowBatch, i: number, keys: Uint8Array): Uint8Array {
  const at = i * TOMBSTONE_KEY_SIZE;
  const tombstone = (u32[i * ROW_U32 + FLAGS]! & FLAG_TOMBSTONE) !== 0;
  const size = writeRevisionKey(keys, at, f64[i * ROW_F64 + MAIN]!, u32[i * ROW_U32 + SUB]!, tombstone);
  return keys.subarray(at, at + size);
}

interface Tally {
  readonly bytes: number;
  readonly lastMain: number;
  readonly kubernetes: KubernetesFindings | undefined;
}

/** Counts, and makes sure that rows ascend by revision: a put and a tombstone of one revision would not. */
function tallyOf(runs: RowRuns, digester: RowDigester): Tally {
  let bytes = 0;
  let lastMain = 0;
  let lastSub = -1;
  let registry = 0;
  const encrypted = new Uint32Array(digester.encryptions.length);
  for (const { f64, u32, count } of runs.batches()) {
    for (let i = 0; i < count; i++) {
      const main = f64[i * ROW_F64 + MAIN]!;
      const sub = u32[i * ROW_U32 + SUB]!;
      if (main < lastMain || (main === lastMain && sub <= lastSub)) {
        throw new NotDecodable(`the rows of the bucket "key" do not ascend at revision ${main}`);
      }
      lastMain = main;
      lastSub = sub;
      bytes += u32[i * ROW_U32 + LENGTH]!;
      const own = u32[i * ROW_U32 + FLAGS]! >>> FLAG_BITS;
      if (own > 0) registry++;
      if (own > 1) encrypted[own - 2]!++;
    }
  }
  return { bytes, lastMain, kubernetes: kubernetesOf(registry, encrypted, digester) };
}

function kubernetesOf(
  keys: number,
  counts: Uint32Array,
  digester: RowDigester,
): KubernetesFindings | undefined {
  if (keys === 0) return undefined;
  const byKey = new Map<string, { provider: string; key: string; resources: string[]; values: number }>();
  digester.encryptions.forEach(({ provider, key, resource }, i) => {
    if (counts[i] === 0) return;
    const id = JSON.stringify([provider, key]);
    const entry = byKey.get(id) ?? { provider, key, resources: [], values: 0 };
    byKey.set(id, entry);
    entry.values += counts[i]!;
    entry.resources.push(resource);
  });
  return { keys, encrypted: [...byKey.values()] };
}

function readWhole(bucket: BoltBucket, budget: number): OtherBucket {
  const rows: { key: Uint8Array; value: Uint8Array }[] = [];
  let bytes = 0;
  for (const { key, value } of bucket.rows()) {
    bytes += key.length + value.length;
    if (bytes > budget) {
      throw new NotDecodable(
        `the buckets besides "key" hold more than ${MOST_OTHER_BYTES / 1024 / 1024} MiB`,
      );
    }
    rows.push({ key: new Uint8Array(key), value: new Uint8Array(value) });
  }
  return { name: bucket.name, sequence: bucket.sequence, rows };
}

function compactionOf(meta: OtherBucket | undefined): number {
  return Math.max(compaction(meta, 'finishedCompactRev'), compaction(meta, 'scheduledCompactRev'));
}

/** etcd keeps compaction revisions as 17-byte revision keys (server/storage/schema/bucket.go). */
function compaction(meta: OtherBucket | undefined, name: string): number {
  const value = valueOf(meta, name);
  return value?.length === 17 ? readMain(value, 0) : 0;
}

function textOf(meta: OtherBucket | undefined, name: string): string | undefined {
  const value = valueOf(meta, name);
  return value === undefined ? undefined : Buffer.from(value).toString('utf8');
}

function valueOf(bucket: OtherBucket | undefined, name: string): Uint8Array | undefined {
  return bucket?.rows.find(({ key }) => Buffer.from(key).toString('latin1') === name)?.value;
}
