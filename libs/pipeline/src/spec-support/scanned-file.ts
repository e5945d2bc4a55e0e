import { closeSync, mkdtempSync, openSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import {
  CRC,
  crc32c,
  FLAG_TOMBSTONE,
  FLAGS,
  HASH,
  KEY_HIGH,
  KEY_LOW,
  LENGTH,
  LOCATION,
  MAIN,
  ROW_F64,
  ROW_U32,
  RowLog,
  RowRuns,
  SUB,
} from '@etcd-kloset/mvcc';
import { rowHasher } from '@etcd-kloset/kloset';
import { type DecodedFile } from '../scan/analysis.ts';
import { type ScanResult } from '../scan/scan-result.ts';
import { StreamScan } from '../scan/stream-scan.ts';

export const ID_KEY = new Uint8Array(32).fill(9);

/** A folder for what a test writes, and files in it by descriptor. */
export class Scratch {
  readonly folder = mkdtempSync(path.join(tmpdir(), 'pipeline-spec-'));
  readonly #open: number[] = [];
  #files = 0;

  /** The descriptor of a file with these bytes. */
  file(bytes: Uint8Array): number {
    const file = path.join(this.folder, `file-${this.#files++}`);
    const fd = openSync(file, 'w+');
    rmSync(file);
    this.#open.push(fd);
    for (let done = 0; done < bytes.length;) done += writeSync(fd, bytes, done);
    return fd;
  }

  named(name: string, bytes: Uint8Array): string {
    const file = path.join(this.folder, name);
    writeFileSync(file, bytes);
    return file;
  }

  closeFiles(): void {
    for (const fd of this.#open.splice(0)) closeSync(fd);
  }

  remove(): void {
    this.closeFiles();
    rmSync(this.folder, { recursive: true });
  }
}

/** Scans a file that comes in slices of these sizes, over and over; the spool holds it from the start. */
export function scan(
  scratch: Scratch,
  file: Uint8Array,
  slices: readonly number[] = [1024 * 1024],
  options: { readonly trailer?: boolean; readonly onRevision?: (revision: number) => void } = {},
): ScanResult {
  const stream = new StreamScan(ID_KEY, scratch.file(file), scratch.folder);
  for (let at = 0, turn = 0; at < file.length; turn++) {
    const size = slices[turn % slices.length]!;
    // Slabs are used again: what is kept of one must have been copied.
    const slab = Buffer.from(file.subarray(at, at + size));
    stream.push(slab);
    slab.fill(0xdd);
    at += size;
  }
  return stream.finish(options.trailer ?? false, options.onRevision ?? (() => undefined));
}

export interface ScannedRow {
  readonly main: number;
  readonly sub: number;
  readonly tombstone: boolean;
  /** Key and value, read where the row is said to lie in the file. */
  readonly bytes: Buffer;
  /** Rows of one user key have the same. */
  readonly keyHash: string;
}

/** The rows that a scan found, in their order; what is remembered of each is held against its bytes. */
export function rowsOf({ log, runs }: DecodedFile, file: Uint8Array): ScannedRow[] {
  const rows: ScannedRow[] = [];
  const hash = rowHasher(ID_KEY);
  for (const { f64, u32, bytes, count } of RowRuns.takeOver(RowLog.takeOver(log), runs).batches()) {
    for (let i = 0; i < count; i++) {
      const f = i * ROW_F64;
      const u = i * ROW_U32;
      const start = f64[f + LOCATION]!;
      const row = Buffer.from(file.subarray(start, start + u32[u + LENGTH]!));
      const expected = Buffer.alloc(16);
      hash(row, 0, row.length, expected, 0);
      const place = (u + HASH) * 4;
      if (u32[u + CRC] !== crc32c(row) || !bytes.subarray(place, place + 16).equals(expected))
        throw new Error(`row ${rows.length} is not the one that lies at ${start}`);
      rows.push({
        main: f64[f + MAIN]!,
        sub: u32[u + SUB]!,
        tombstone: (u32[u + FLAGS]! & FLAG_TOMBSTONE) !== 0,
        bytes: row,
        keyHash: `${u32[u + KEY_LOW]!}:${u32[u + KEY_HIGH]!}`,
      });
    }
  }
  return rows;
}
