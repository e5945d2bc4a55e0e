import { LEAF_ELEMENT_BYTES, PAGE_HEADER_BYTES } from '../format/layout.ts';
import { BranchLevels, type Child } from './branch-levels.ts';

/** Output leaves the writer in batches of this many bytes. */
export const BATCH_BYTES = 1024 * 1024;

/** A leaf is full when less than this fraction of a page is left: one eighth. */
const TOLERATED_WASTE = 8;

/** What becomes of the pages: the planner counts them, the writer writes them. Called in file order. */
export interface PackedPages {
  closedLeaf(rows: number): void;
  closedBranch(id: number, children: readonly Child[], pages: number): void;
}

/** A leaf grows beyond its first row's pages up to this many bytes. bbolt's own leaves reach such lengths too. */
export const SHARED_LEAF_BYTES = 32 * 1024;

/**
 * Decides which row goes on which page, from the rows' sizes alone: planner and writer ask the same packer, and so
 * agree on the id of every page before a byte is written.
 *
 * A row goes on the same leaf as the row before it when there is room. When there is none, the leaf may grow by
 * overflow pages: rows of some KiB would otherwise leave a third of every page empty, and etcd counts empty bytes
 * against its quota. A leaf longer than a batch has one row only, so that it can be written as it comes. The page's
 * u16 count cannot overflow: 64 KiB have room for 3,855 rows of one byte.
 */
export class TreePacker {
  /** The page after the last one that is closed. */
  nextPage: number;
  rows = 0;
  /** A digest of the sizes of all rows: tells a second pass that differs. */
  fingerprint = 0;
  /** The leaf that is being filled; `leafPages` may still grow until it is closed. */
  leafId = 0;
  leafPages = 0;
  leafRows = 0;
  private leafBytes = 0;
  private leafRoom = 0;
  private firstKey: Uint8Array | undefined;
  private firstKeyBytes = 0;
  private readonly pageSize: number;
  private readonly pages: PackedPages;
  private readonly branches: BranchLevels;

  constructor(pageSize: number, firstPage: number, pages: PackedPages) {
    this.pageSize = pageSize;
    this.nextPage = firstPage;
    this.pages = pages;
    this.branches = new BranchLevels(pageSize, (children, bytes) => {
      const id = this.nextPage;
      const needed = Math.ceil(bytes / pageSize);
      this.nextPage += needed;
      pages.closedBranch(id, children, needed);
      return id;
    });
  }

  /** Places the next row. True when it begins a new leaf. */
  add(keyBytes: number, valueBytes: number): boolean {
    this.rows++;
    this.fingerprint = mix(mix(this.fingerprint, keyBytes), valueBytes);
    const bytes = LEAF_ELEMENT_BYTES + keyBytes + valueBytes;
    if (this.leafRows > 0) {
      if (this.leafTakes(bytes)) {
        this.leafBytes += bytes;
        this.leafRows++;
        return false;
      }
      this.closeLeaf();
    }
    this.openLeaf(PAGE_HEADER_BYTES + bytes, keyBytes);
    this.leafRows = 1;
    return true;
  }

  /** Gives the key of a row for which `add` was true: its branch needs it, so it must be the packer's to keep. */
  keepFirstKey(key: Uint8Array): void {
    this.firstKey = key;
  }

  /** Places the branches that are unfinished and returns the root page. A tree without rows is one empty leaf. */
  finish(): number {
    if (this.rows === 0) this.openLeaf(PAGE_HEADER_BYTES, 0);
    this.closeLeaf();
    return this.branches.finish();
  }

  private leafTakes(rowBytes: number): boolean {
    const bytes = this.leafBytes + rowBytes;
    if (bytes <= this.leafRoom) return true;
    if (bytes > SHARED_LEAF_BYTES) return false;
    const pages = Math.ceil(bytes / this.pageSize);
    const saved = Math.ceil((PAGE_HEADER_BYTES + rowBytes) / this.pageSize) - (pages - this.leafPages);
    const left = this.leafRoom - this.leafBytes;
    if (saved < 0 || (saved === 0 && left * TOLERATED_WASTE <= this.pageSize)) return false;
    this.leafPages = pages;
    this.leafRoom = pages * this.pageSize;
    return true;
  }

  private openLeaf(bytes: number, keyBytes: number): void {
    this.leafId = this.nextPage;
    this.leafPages = Math.ceil(bytes / this.pageSize);
    this.leafBytes = bytes;
    this.leafRoom = this.leafPages * this.pageSize;
    if (this.leafRoom > BATCH_BYTES) this.leafRoom = bytes;
    this.firstKeyBytes = keyBytes;
    this.firstKey = undefined;
  }

  private closeLeaf(): void {
    this.nextPage += this.leafPages;
    this.pages.closedLeaf(this.leafRows);
    this.branches.add({ id: this.leafId, keyBytes: this.firstKeyBytes, key: this.firstKey });
    this.leafRows = 0;
  }
}

/** Two multiplications keep a row's two sizes apart from the same sizes the other way round. */
function mix(hash: number, size: number): number {
  const h = Math.imul(hash ^ size, 0x9e37_79b1);
  return h ^ (h >>> 15);
}
