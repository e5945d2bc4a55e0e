/**
 * The numbers of bbolt's file format, version 2.
 *
 * Sources: bbolt `internal/common/page.go`, `meta.go`, `bucket.go`, `types.go`. bbolt writes in the
 * machine's own byte order; every platform that etcd supports in earnest is little-endian, and so is this library.
 */

/** id u64, flags u16, count u16, overflow u32. */
export const PAGE_HEADER_BYTES = 16;
/** flags u32, pos u32, ksize u32, vsize u32. `pos` counts from the element's own first byte. */
export const LEAF_ELEMENT_BYTES = 16;
/** pos u32, ksize u32, pgid u64. */
export const BRANCH_ELEMENT_BYTES = 16;
/** root pgid u64, sequence u64; an inline page follows when the root is 0. */
export const BUCKET_HEADER_BYTES = 16;

export const BRANCH_PAGE = 0x01;
export const LEAF_PAGE = 0x02;
export const META_PAGE = 0x04;

/** A leaf element's flag: its value is a bucket. */
export const BUCKET_ELEMENT = 0x01;

/** Pages 0 and 1 are the meta pages. */
export const FIRST_TREE_PAGE = 2;

/** bbolt takes the machine's page size: 4, 8, 16 or 64 KiB in practice. Its own search begins at 1 KiB. */
export const MIN_PAGE_BYTES = 1024;
export const MAX_PAGE_BYTES = 64 * 1024;

/** bbolt's `MaxKeySize`; a key has at least one byte. */
export const MAX_KEY_BYTES = 32768;

/**
 * The longest leaf, with its overflow pages, that is read or written. bbolt allows values of 2 GiB; etcd's requests
 * are limited to 1.5 MiB unless it is told otherwise. A leaf is held in memory whole, and a damaged header must not
 * ask for all of it.
 */
export const MAX_LEAF_BYTES = 256 * 1024 * 1024;

/** A branch longer than a page holds at most five keys; this leaves room to spare. */
export const MAX_BRANCH_BYTES = 1024 * 1024;

/** A branch has two children or more, so that 2^53 pages need no deeper tree. */
export const MAX_DEPTH = 56;

export function isPageSize(bytes: number): boolean {
  return bytes >= MIN_PAGE_BYTES && bytes <= MAX_PAGE_BYTES && (bytes & (bytes - 1)) === 0;
}
