import {
  ByteReader,
  ByteWriter,
  compress,
  decodeSummary,
  decompress,
  encodeSummary,
  KlosetStoreError,
  type RowChunk,
} from '@etcd-kloset/kloset';
import { PipelineError } from '../errors.ts';
import { type StoredChunk } from '../sink/chunk-sink.ts';
import { type DraftSection, type SnapshotDraft } from './snapshot-draft.ts';

/*
 * A draft on its way from the reader of a cluster to whoever commits it. It lives for hours at most, and only among
 * workers of one version: another version reads the cluster again.
 *
 *  1  version 1
 *  4  bytes of the rest before compression (u32, little-endian)
 *  …  the rest, Zstandard: see `writeDraft`
 */
const VERSION = 1;
const HEAD_BYTES = 5;
/** Far more than a draft has: what claims more is refused before memory is taken. */
const MOST_BYTES = 256 * 1024 * 1024;
/** A live map has a bit for each: memory is taken by what a chunk claims. */
const MOST_CHUNK_ROWS = 1 << 20;

/** A draft as bytes: some kilobytes for a usual backup, some megabytes for a large one. */
export function encodeDraft(draft: SnapshotDraft): Uint8Array {
  const plain = writeDraft(draft);
  const head = Buffer.alloc(HEAD_BYTES);
  head[0] = VERSION;
  head.writeUInt32LE(plain.length, 1);
  return Buffer.concat([head, compress(plain)]);
}

/** @throws PipelineError `draft.unreadable` */
export function decodeDraft(bytes: Uint8Array): SnapshotDraft {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (buffer[0] !== VERSION) {
    throw unreadable(`it is of version ${buffer[0] ?? 'none'}; this program writes ${VERSION}`);
  }
  if (buffer.length < HEAD_BYTES) throw unreadable('it ends too early');
  const size = buffer.readUInt32LE(1);
  if (size > MOST_BYTES) throw unreadable(`it claims ${size} bytes`);
  try {
    return readDraft(decompress(buffer.subarray(HEAD_BYTES), size));
  } catch (cause) {
    // Whatever the parts say of themselves: a draft that does not decode is read anew.
    throw unreadable(cause instanceof KlosetStoreError ? cause.message : 'it does not decompress', cause);
  }
}

function writeDraft(draft: SnapshotDraft): Uint8Array {
  const out = new ByteWriter(64 * 1024)
    .raw(Buffer.from(draft.store, 'hex'))
    .raw(Buffer.from(draft.cluster, 'hex'))
    .varint(draft.epoch)
    .varint(draft.startedAt.getTime())
    .varint(draft.newestConfig === undefined ? 0 : Number(draft.newestConfig))
    .sized(encodeSummary(draft.summary));
  for (const objects of [draft.tables, draft.bucketChunks, draft.attachmentChunks]) {
    out.varint(objects.length);
    for (const object of objects) writeStored(out, object);
  }
  const tables = new Map(draft.tables.map(({ digest }, i) => [digest, i]));
  out.varint(draft.rowChunks.length);
  for (const chunk of draft.rowChunks) writeRowChunk(out, chunk, tables);
  out.varint(draft.sections.length);
  for (const section of draft.sections) writeSection(out, section);
  return out.finish();
}

function readDraft(plain: Uint8Array): SnapshotDraft {
  const reader = new ByteReader(plain, 'a draft');
  const store = hex(reader.raw(16));
  const cluster = hex(reader.raw(16));
  const epoch = reader.varint();
  const startedAt = new Date(reader.varint());
  if (Number.isNaN(startedAt.getTime())) throw reader.malformed('it began at no time');
  const config = reader.varint();
  const summary = decodeSummary(reader.sized());
  const [tables, bucketChunks, attachmentChunks] = [0, 1, 2].map(() =>
    Array.from({ length: reader.count(33) }, () => readStored(reader)),
  ) as [StoredChunk[], StoredChunk[], StoredChunk[]];
  const rowChunks = Array.from({ length: reader.count(40) }, () => readRowChunk(reader, tables));
  const sections = Array.from({ length: reader.count(7) }, () => readSection(reader));
  reader.end();
  return {
    store,
    cluster,
    epoch,
    startedAt,
    summary,
    rowChunks,
    tables,
    sections,
    bucketChunks,
    attachmentChunks,
    newestConfig: config === 0 ? undefined : String(config).padStart(8, '0'),
  };
}

function writeRowChunk(out: ByteWriter, chunk: RowChunk, tables: ReadonlyMap<string, number>): void {
  const table = tables.get(chunk.table);
  if (table === undefined)
    throw new RangeError(`chunk ${chunk.digest} has a table that the draft does not list`);
  writeStored(out, { digest: chunk.digest, size: chunk.objectSize });
  out.varint(table).varint(chunk.section);
  writePlace(out, chunk);
  if (chunk.live === undefined) out.u8(0);
  else out.u8(1).raw(chunk.live);
}

function readRowChunk(reader: ByteReader, tables: readonly StoredChunk[]): RowChunk {
  const { digest, size: objectSize } = readStored(reader);
  const table = tables[reader.varint()]?.digest;
  if (table === undefined) throw reader.malformed('a chunk has a table that it does not list');
  const section = reader.varint();
  const place = readPlace(reader);
  const live = readFlag(reader) ? reader.raw(Math.ceil(place.rows / 8)) : undefined;
  return { digest, objectSize, table, section, ...place, live };
}

function writeSection(out: ByteWriter, section: DraftSection): void {
  out.varint(section.sequence);
  if (section.stored === undefined) out.u8(0);
  else writeStored(out.u8(1), section.stored);
  writePlace(out, section);
  out.sized(section.columns);
}

function readSection(reader: ByteReader): DraftSection {
  const sequence = reader.varint();
  const stored = readFlag(reader) ? readStored(reader) : undefined;
  return { sequence, stored, ...readPlace(reader), columns: reader.sized() };
}

/** What is known of a chunk's rows without its table. */
type Place = Pick<RowChunk, 'rows' | 'plainBytes' | 'firstMain' | 'firstSub'>;

function writePlace(out: ByteWriter, { rows, plainBytes, firstMain, firstSub }: Place): void {
  out.varint(rows).varint(plainBytes).varint(firstMain).varint(firstSub);
}

function readPlace(reader: ByteReader): Place {
  const rows = reader.varint();
  if (rows > MOST_CHUNK_ROWS) throw reader.malformed(`a chunk claims ${rows} rows`);
  return { rows, plainBytes: reader.varint(), firstMain: reader.varint(), firstSub: reader.varint() };
}

function writeStored(out: ByteWriter, { digest, size }: StoredChunk): void {
  out.raw(Buffer.from(digest, 'hex')).varint(size);
}

function readStored(reader: ByteReader): StoredChunk {
  return { digest: hex(reader.raw(32)), size: reader.varint() };
}

function readFlag(reader: ByteReader): boolean {
  const flag = reader.u8();
  if (flag > 1) throw reader.malformed('a flag is neither yes nor no');
  return flag === 1;
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('hex');
}

function unreadable(why: string, cause?: unknown): PipelineError {
  return new PipelineError('draft.unreadable', `the draft of the snapshot cannot be used: ${why}`, {
    advice: 'The cluster has to be read again.',
    retryable: true,
    cause,
  });
}
