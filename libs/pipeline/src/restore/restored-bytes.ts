import { createHash, type Hash } from 'node:crypto';
import { BoltPlanner, BoltWriter } from '@etcd-kloset/bbolt';
import {
  BLOCK_SIZE,
  decodeBlocksPayload,
  decodeBucketsPayload,
  decodeRowsPayload,
  liveRows,
  rowMismatch,
  tableReader,
  type LoadTable,
  type PlainBucket,
} from '@etcd-kloset/kloset';
import { crc32c, REVISION_KEY_SIZE, StatusHash, TOMBSTONE_KEY_SIZE } from '@etcd-kloset/mvcc';
import { PipelineError } from '../errors.ts';
import { type PipelineThreads } from '../threads/pipeline-threads.ts';
import { chunkOpener } from './chunk-opener.ts';
import { type OpenedSnapshot } from './opened-snapshot.ts';
import { RowChunks } from './row-chunks.ts';

/** A snapshot file on its way out. */
export interface RestoredFile {
  /** Bytes of the whole file, its trailer included. */
  readonly size: number;
  /**
   * The file's bytes in order; a part is valid until the second one after it is asked for. The last part, with the SHA-256 that makes the file whole for `etcdutl`, comes
   * only when everything before was found equal to what was backed up.
   *
   * @throws KlosetStoreError, PipelineError `restore.not-equal`
   */
  parts(): AsyncGenerator<Buffer, RestoredDigest>;
}

export interface RestoredDigest {
  /** SHA-256 of the whole file, trailer included, hex: what `sha256sum` prints. */
  readonly sha256: string;
}

const KEY_BUCKET = 'key';

/** Lays the file out from the snapshot's tables; no chunk of rows is read before `parts` is. */
export async function restoredFile(
  snapshot: OpenedSnapshot,
  threads: PipelineThreads,
): Promise<RestoredFile> {
  const loadTable = tableReader(snapshot.cluster, snapshot.map.tables);
  return snapshot.summary.encoding === 'opaque'
    ? opaqueFile(snapshot, threads, loadTable)
    : rowsFile(snapshot, threads, loadTable);
}

async function rowsFile(
  snapshot: OpenedSnapshot,
  threads: PipelineThreads,
  loadTable: LoadTable,
): Promise<RestoredFile> {
  const { summary, map } = snapshot;
  const open = chunkOpener(snapshot, threads);
  const others: PlainBucket[] = [];
  for (const { digest } of map.bucketChunks) {
    const chunk = await open(digest);
    others.push(...decodeBucketsPayload(chunk.index, chunk.values));
  }
  const sequence = BigInt(summary.buckets.find(({ name }) => name === KEY_BUCKET)?.sequence ?? '0');
  const names = [...others.map(({ name }) => Buffer.from(name)), Buffer.from(KEY_BUCKET)].sort((a, b) =>
    a.compare(b),
  );
  const otherOf = (name: Buffer) => others.find((bucket) => name.equals(bucket.name));

  const planner = new BoltPlanner({ pageSize: summary.pageSize });
  for (const name of names) {
    const other = otherOf(name);
    planner.startBucket(name, other?.sequence ?? sequence);
    if (other !== undefined) for (const { key, value } of other.rows) planner.row(key.length, value.length);
    else {
      for await (const { count, tombstone, length } of liveRows(map.rowChunks, loadTable)) {
        for (let i = 0; i < count; i++) {
          const keySize = tombstone[i] === 1 ? TOMBSTONE_KEY_SIZE : REVISION_KEY_SIZE;
          if (length[i]! < keySize) throw rowMismatch('of its rows', i);
          planner.row(keySize, length[i]! - keySize);
        }
      }
    }
  }
  const plan = planner.finish();

  async function* parts(): AsyncGenerator<Buffer, RestoredDigest> {
    const ready: Buffer[] = [];
    const pool = bufferPool();
    const digest = createHash('sha256');
    const status = new StatusHash();
    const writer = new BoltWriter(plan, (bytes) => ready.push(pool.copy(bytes)));
    function* emit(): Generator<Buffer> {
      for (const part of ready.splice(0)) {
        digest.update(part);
        yield part;
        pool.lent(part);
      }
    }
    const chunks = new RowChunks(map.rowChunks, open, ({ index, values }) =>
      decodeRowsPayload(index, values),
    );
    let scratch = Buffer.allocUnsafe(1024 * 1024);
    let rows = 0;
    for (const name of names) {
      writer.startBucket(name);
      status.bucket(name);
      const other = otherOf(name);
      if (other !== undefined) {
        for (const { key, value } of other.rows) {
          writer.row(key, value);
          status.row(key, value);
        }
        yield* emit();
        continue;
      }
      for await (const block of liveRows(map.rowChunks, loadTable)) {
        for (let i = 0; i < block.count; i++) {
          const chunk = block.chunk[i]!;
          const row = block.index[i]!;
          const decoded = chunks.ready(chunk) ?? (await chunks.load(chunk));
          const size = block.length[i]!;
          if (row >= decoded.count || decoded.size(row) !== size)
            throw rowMismatch(map.rowChunks[chunk]!.digest, row);
          if (size > scratch.length) scratch = Buffer.allocUnsafe(size * 2);
          decoded.write(row, scratch, 0);
          // The chunk's own digest was right, so this is no bit flipped in the store: what was sealed is not
          // what the table, which the reader of etcd wrote, tells of.
          if (crc32c(scratch.subarray(0, size)) !== block.crc[i])
            throw rowMismatch(map.rowChunks[chunk]!.digest, row);
          const keySize = decoded.keySize(row);
          writer.row(scratch.subarray(0, keySize), scratch.subarray(keySize, size));
          status.crc(block.crc[i]!, size);
          chunks.rowTaken(chunk);
          if (ready.length > 0) yield* emit();
        }
        rows += block.count;
      }
    }
    writer.finish();
    yield* emit();
    if (rows !== summary.rows.total || status.value() !== summary.statusHash) {
      throw notEqual(
        summary.id,
        `its status hash is ${status.value()} with ${rows} rows, not ${summary.statusHash} with ${summary.rows.total}`,
      );
    }
    return yield* trailerOf(digest);
  }
  return { size: plan.size + 32, parts };
}

function opaqueFile(snapshot: OpenedSnapshot, threads: PipelineThreads, loadTable: LoadTable): RestoredFile {
  const { summary, map } = snapshot;
  async function* parts(): AsyncGenerator<Buffer, RestoredDigest> {
    const digest = createHash('sha256');
    const chunks = new RowChunks(map.rowChunks, chunkOpener(snapshot, threads), ({ index, values }) =>
      decodeBlocksPayload(index, values),
    );
    let position = 0;
    for await (const block of liveRows(map.rowChunks, loadTable)) {
      for (let i = 0; i < block.count; i++) {
        const chunk = block.chunk[i]!;
        const row = block.index[i]!;
        const decoded = chunks.ready(chunk) ?? (await chunks.load(chunk));
        const found = decoded[row];
        if (found === undefined || found.number !== block.main[i] || found.number * BLOCK_SIZE !== position) {
          throw rowMismatch(map.rowChunks[chunk]!.digest, row);
        }
        const bytes = Buffer.from(found.bytes);
        digest.update(bytes);
        position += bytes.length;
        chunks.rowTaken(chunk);
        yield bytes;
      }
    }
    const sha256 = digest.copy().digest('hex');
    if (sha256 !== summary.stream.sha256) {
      throw notEqual(summary.id, `its SHA-256 is ${sha256}, not ${summary.stream.sha256}`);
    }
    return yield* trailerOf(digest);
  }
  return { size: summary.stream.bytes + 32, parts };
}

/** Ends the file with the SHA-256 of all before. */
function* trailerOf(digest: Hash): Generator<Buffer, RestoredDigest> {
  const trailer = digest.copy().digest();
  yield trailer;
  return { sha256: digest.update(trailer).digest('hex') };
}

function notEqual(snapshot: string, how: string): PipelineError {
  return new PipelineError(
    'restore.not-equal',
    `snapshot ${snapshot} did not come back as it was backed up: ${how}`,
    {
      advice: 'Use another snapshot, and run `etcd-kloset check --read-data`.',
      context: { snapshot },
    },
  );
}

/** Buffers of parts, used again once nobody reads them: a restore makes hundreds of the same size. */
function bufferPool(): { copy: (bytes: Uint8Array) => Buffer; lent: (part: Buffer) => void } {
  const free: Buffer[] = [];
  let before: Buffer | undefined;
  return {
    copy(bytes) {
      const at = free.findIndex((buffer) => buffer.length === bytes.length);
      const buffer = at < 0 ? Buffer.allocUnsafeSlow(bytes.length) : free.splice(at, 1)[0]!;
      buffer.set(bytes);
      return buffer;
    },
    lent(part) {
      if (before !== undefined) free.push(before);
      before = part;
    },
  };
}
