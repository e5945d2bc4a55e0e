import { damaged } from '../bolt-error.ts';
import { readU64, viewOf, writeU64 } from './bytes.ts';
import {
  FIRST_TREE_PAGE,
  isPageSize,
  MAX_PAGE_BYTES,
  META_PAGE,
  MIN_PAGE_BYTES,
  PAGE_HEADER_BYTES,
} from './layout.ts';

const MAGIC = 0xed0cdaed;
const VERSION = 2;
const META_BYTES = 64;
const CHECKED_BYTES = 56;
const NO_FREELIST = 0xffff_ffff_ffff_ffffn;

/** As many of a file's first bytes hold both meta pages at any page size. */
export const META_AREA_BYTES = MAX_PAGE_BYTES + PAGE_HEADER_BYTES + META_BYTES;

export interface BoltMeta {
  /** Bytes. */
  readonly pageSize: number;
  /** The page at the root of the tree of top-level buckets. */
  readonly root: number;
  /** The first page of the freelist; undefined when the file keeps none, as etcd's do. */
  readonly freelist: number | undefined;
  /** All pages in use have ids below this one. The file may be longer: bbolt grows it ahead. */
  readonly highWater: number;
  readonly txid: bigint;
  /** The meta page that was chosen. */
  readonly slot: 0 | 1;
  /** False when the other meta page is broken: the file may be in the state before its last transaction. */
  readonly otherSound: boolean;
}

/** One meta page as it stands; `bytes` begins at the page header. Undefined when its checksum or markers are wrong. */
type Slot = Omit<BoltMeta, 'slot' | 'otherSound'>;

/**
 * Chooses the sound meta page with the highest transaction, as bbolt does when it opens a file.
 *
 * `bytes` are the first bytes of a file: {@link META_AREA_BYTES} of them, or all when it has fewer. The second meta
 * page stands one page in; when the first one is broken, so that the page size is not known, each size is tried.
 *
 * @throws BoltError `bbolt.truncated` when the bytes end before the second meta page: the first alone may be the older.
 */
export function readMeta(bytes: Uint8Array): BoltMeta {
  const first = readSlot(bytes, 0);
  if (first === undefined) return onlySecond(bytes);
  requirePageSize(first.pageSize);
  if (first.pageSize + PAGE_HEADER_BYTES + META_BYTES > bytes.length) {
    throw damaged('bbolt.truncated', 'The file ends before its second meta page.', { length: bytes.length });
  }
  const second = readSlot(bytes, first.pageSize);
  if (second?.pageSize !== first.pageSize) return sensible({ ...first, slot: 0, otherSound: false });
  return sensible(
    second.txid > first.txid
      ? { ...second, slot: 1, otherSound: true }
      : { ...first, slot: 0, otherSound: true },
  );
}

function onlySecond(bytes: Uint8Array): BoltMeta {
  for (let pageSize = MIN_PAGE_BYTES; pageSize <= MAX_PAGE_BYTES; pageSize *= 2) {
    const second = readSlot(bytes, pageSize);
    if (second?.pageSize === pageSize) return sensible({ ...second, slot: 1, otherSound: false });
  }
  throw noMeta(bytes);
}

function noMeta(bytes: Uint8Array): Error {
  if (bytes.length < PAGE_HEADER_BYTES + META_BYTES) {
    return damaged('bbolt.truncated', 'The file ends inside its first meta page.', { length: bytes.length });
  }
  const view = viewOf(bytes);
  if (view.getUint32(PAGE_HEADER_BYTES, true) !== MAGIC) {
    return damaged('bbolt.not-bbolt', 'This is not a bbolt file: its first page lacks the magic number.');
  }
  const version = view.getUint32(PAGE_HEADER_BYTES + 4, true);
  if (version !== VERSION) {
    return damaged('bbolt.version', `The file has bbolt's format version ${version}; only 2 is known.`, {
      version,
    });
  }
  return damaged('bbolt.meta', 'Both meta pages are broken: their checksums do not match.');
}

function readSlot(bytes: Uint8Array, pageStart: number): Slot | undefined {
  const start = pageStart + PAGE_HEADER_BYTES;
  if (start + META_BYTES > bytes.length) return undefined;
  const meta = bytes.subarray(start, start + META_BYTES);
  const view = viewOf(meta);
  if (view.getUint32(0, true) !== MAGIC || view.getUint32(4, true) !== VERSION) return undefined;
  if (view.getBigUint64(CHECKED_BYTES, true) !== fnv1a64(meta.subarray(0, CHECKED_BYTES))) return undefined;
  return {
    pageSize: view.getUint32(8, true),
    root: readU64(view, 16),
    freelist: view.getBigUint64(32, true) === NO_FREELIST ? undefined : readU64(view, 32),
    highWater: readU64(view, 40),
    txid: view.getBigUint64(48, true),
  };
}

function sensible(meta: BoltMeta): BoltMeta {
  requirePageSize(meta.pageSize);
  const { root, highWater } = meta;
  if (!Number.isSafeInteger(highWater * meta.pageSize)) {
    throw damaged('bbolt.meta', 'The meta page counts more pages than any file has.', { highWater });
  }
  if (root < FIRST_TREE_PAGE || root >= highWater) {
    throw damaged('bbolt.meta', `The meta page has its root on page ${root} of ${highWater}.`, {
      root,
      highWater,
    });
  }
  return meta;
}

function requirePageSize(pageSize: number): void {
  if (!isPageSize(pageSize)) {
    throw damaged('bbolt.page-size', `The meta page gives a page size of ${pageSize} bytes.`, { pageSize });
  }
}

/** What a meta page that is to be written says; it keeps no freelist. */
export interface NewMeta {
  readonly slot: 0 | 1;
  readonly pageSize: number;
  readonly root: number;
  readonly highWater: number;
  readonly txid: bigint;
}

/** Writes a meta page to the beginning of `page`, whose other bytes are zero. */
export function writeMeta(page: Uint8Array, meta: NewMeta): void {
  const header = viewOf(page);
  writeU64(header, 0, meta.slot);
  header.setUint16(8, META_PAGE, true);
  const bytes = page.subarray(PAGE_HEADER_BYTES, PAGE_HEADER_BYTES + META_BYTES);
  const view = viewOf(bytes);
  view.setUint32(0, MAGIC, true);
  view.setUint32(4, VERSION, true);
  view.setUint32(8, meta.pageSize, true);
  writeU64(view, 16, meta.root);
  view.setBigUint64(32, NO_FREELIST, true);
  writeU64(view, 40, meta.highWater);
  view.setBigUint64(48, meta.txid, true);
  view.setBigUint64(CHECKED_BYTES, fnv1a64(bytes.subarray(0, CHECKED_BYTES)), true);
}

/** FNV-1a with 64 bits, over the few bytes of a meta page. */
function fnv1a64(bytes: Uint8Array): bigint {
  let hash = 0xcbf2_9ce4_8422_2325n;
  for (const byte of bytes) {
    hash = BigInt.asUintN(64, (hash ^ BigInt(byte)) * 0x100_0000_01b3n);
  }
  return hash;
}
