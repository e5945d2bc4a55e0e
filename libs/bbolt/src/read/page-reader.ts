import { damaged } from '../bolt-error.ts';
import {
  BRANCH_PAGE,
  FIRST_TREE_PAGE,
  LEAF_PAGE,
  MAX_BRANCH_BYTES,
  MAX_LEAF_BYTES,
} from '../format/layout.ts';
import { type BoltMeta } from '../format/meta.ts';
import { readPageHeader } from '../format/page-header.ts';
import { type ByteSource } from './byte-source.ts';

export interface PageExtent {
  readonly id: number;
  readonly kind: 'leaf' | 'branch';
  readonly overflow: number;
}

/** Reads pages by id, and refuses those that cannot be. */
export class PageReader {
  readonly pageSize: number;
  /** Counts the reads: a page's bytes are no longer valid once it has moved on. */
  reads = 0;
  private readonly source: ByteSource;
  private readonly highWater: number;

  constructor(source: ByteSource, meta: BoltMeta) {
    this.source = source;
    this.pageSize = meta.pageSize;
    this.highWater = meta.highWater;
  }

  /** @throws BoltError `bbolt.page-id`, `bbolt.page-header`, `bbolt.page-type`, `bbolt.page-overflow`, `bbolt.truncated` */
  extent(id: number): PageExtent {
    this.requirePages(id, 0);
    const { id: own, flags, overflow } = readPageHeader(this.read(id, 0), 0);
    if (own !== id) {
      throw damaged('bbolt.page-header', `Page ${id} says that it is page ${own}.`, { page: id });
    }
    if (flags !== LEAF_PAGE && flags !== BRANCH_PAGE) {
      throw damaged('bbolt.page-type', `Page ${id} in a tree has type 0x${flags.toString(16)}.`, {
        page: id,
        flags,
      });
    }
    const kind = flags === LEAF_PAGE ? 'leaf' : 'branch';
    this.requirePages(id, overflow);
    if ((1 + overflow) * this.pageSize > (kind === 'leaf' ? MAX_LEAF_BYTES : MAX_BRANCH_BYTES)) {
      throw damaged('bbolt.page-overflow', `Page ${id} spans ${1 + overflow} pages, more than are read.`, {
        page: id,
        overflow,
      });
    }
    return { id, kind, overflow };
  }

  /** A page with its overflow pages; valid until the next read. */
  read(id: number, overflow: number): Uint8Array {
    this.reads++;
    return this.source.read(id * this.pageSize, (1 + overflow) * this.pageSize);
  }

  /** @throws BoltError `bbolt.page-id`, `bbolt.truncated` */
  requirePages(id: number, overflow: number): void {
    if (id < FIRST_TREE_PAGE || id + overflow >= this.highWater) {
      throw damaged('bbolt.page-id', `Page ${id} does not lie among the file's ${this.highWater} pages.`, {
        page: id,
        overflow,
        highWater: this.highWater,
      });
    }
    if ((id + overflow + 1) * this.pageSize > this.source.size) {
      throw damaged('bbolt.truncated', `The file ends before page ${id + overflow}, which it needs.`, {
        page: id,
        overflow,
        size: this.source.size,
      });
    }
  }
}
