import { BoltError } from '../bolt-error.ts';
import { BUCKET_HEADER_BYTES, FIRST_TREE_PAGE, isPageSize } from '../format/layout.ts';
import { TreePacker, type PackedPages } from './tree-packer.ts';
import { requireAscending, requireRowSize, outOfOrder } from './write-checks.ts';

/** Where each page of a file that is still to be written will be. */
export interface BoltPlan {
  /** Bytes. */
  readonly pageSize: number;
  /** The file's bytes, a multiple of the page size. */
  readonly size: number;
  /** The file's pages, meta pages included. */
  readonly pageCount: number;
  /** The tree of top-level buckets. */
  readonly top: PlannedTree;
  readonly buckets: readonly PlannedBucket[];
}

export interface PlannedTree {
  /** The tree has the pages [firstPage, endPage). */
  readonly firstPage: number;
  readonly endPage: number;
  readonly root: number;
  readonly rows: number;
  readonly fingerprint: number;
  /** The number of rows on each leaf, in order: rows follow a leaf's elements, so their place depends on it. */
  readonly leafRows: Uint16Array;
}

export interface PlannedBucket extends PlannedTree {
  readonly name: Uint8Array;
  readonly sequence: bigint;
}

/**
 * The first of two passes: takes the sizes of all rows, in order, and lays out the file. {@link BoltWriter} is the
 * second. Memory: two bytes for each leaf page.
 */
export class BoltPlanner {
  private readonly pageSize: number;
  private readonly buckets: PlannedBucket[] = [];
  private current: { name: Uint8Array; sequence: bigint; tree: TreePlanner } | undefined;

  /** @throws BoltError `bbolt.write-limit` for a page size that is not a power of two between 1 and 64 KiB */
  constructor(options: { readonly pageSize: number }) {
    if (!isPageSize(options.pageSize)) {
      throw new BoltError('bbolt.write-limit', `A bbolt file has no pages of ${options.pageSize} bytes.`, {
        advice: 'Page sizes are powers of two from 1 KiB to 64 KiB; 4 KiB is the usual one.',
        context: { pageSize: options.pageSize },
      });
    }
    this.pageSize = options.pageSize;
  }

  /**
   * Begins the next bucket, which must come after the one before by name. The name is copied.
   *
   * @throws BoltError `bbolt.write-order`, `bbolt.write-limit`
   */
  startBucket(name: Uint8Array, sequence: bigint): void {
    requireRowSize(name.length, BUCKET_HEADER_BYTES);
    requireAscending(this.current?.name, name);
    this.finishBucket();
    if (BigInt.asUintN(64, sequence) !== sequence) {
      throw new BoltError('bbolt.write-limit', 'A bucket was given a sequence that is no u64.', {
        advice: 'Sequences go from 0 to 2^64 - 1.',
      });
    }
    this.current = { name: new Uint8Array(name), sequence, tree: new TreePlanner(this.pageSize) };
  }

  /**
   * The sizes, in bytes, of the bucket's next row.
   *
   * @throws BoltError `bbolt.write-limit`, `bbolt.write-order` before the first bucket
   */
  row(keyBytes: number, valueBytes: number): void {
    if (this.current === undefined) throw outOfOrder('A row was planned before its bucket was started.');
    requireRowSize(keyBytes, valueBytes);
    this.current.tree.row(keyBytes, valueBytes);
  }

  finish(): BoltPlan {
    this.finishBucket();
    const { pageSize } = this;
    const entries = new TreePlanner(pageSize);
    for (const { name } of this.buckets) entries.row(name.length, BUCKET_HEADER_BYTES);
    const top = movedTo(FIRST_TREE_PAGE, entries.finish());
    // The buckets' pages follow the top tree, whose length is known only now.
    const buckets: PlannedBucket[] = [];
    let pageCount = top.endPage;
    for (const bucket of this.buckets) {
      const moved = { ...bucket, ...movedTo(pageCount, bucket) };
      buckets.push(moved);
      pageCount = moved.endPage;
    }
    return { pageSize, size: pageCount * pageSize, pageCount, top, buckets };
  }

  private finishBucket(): void {
    if (this.current === undefined) return;
    const { name, sequence, tree } = this.current;
    this.buckets.push({ name, sequence, ...tree.finish() });
    this.current = undefined;
  }
}

/** Plans one tree as if it began at page 0. */
class TreePlanner implements PackedPages {
  private leafRows = new Uint16Array(16);
  private leaves = 0;
  private readonly packer: TreePacker;

  constructor(pageSize: number) {
    this.packer = new TreePacker(pageSize, 0, this);
  }

  row(keyBytes: number, valueBytes: number): void {
    this.packer.add(keyBytes, valueBytes);
  }

  closedLeaf(rows: number): void {
    if (this.leaves === this.leafRows.length) {
      const more = new Uint16Array(this.leaves * 2);
      more.set(this.leafRows);
      this.leafRows = more;
    }
    this.leafRows[this.leaves++] = rows;
  }

  closedBranch(): void {
    // The packer counts the pages; a plan keeps nothing else of a branch.
  }

  finish(): PlannedTree {
    const root = this.packer.finish();
    const { nextPage: endPage, rows, fingerprint } = this.packer;
    return { firstPage: 0, endPage, root, rows, fingerprint, leafRows: this.leafRows.slice(0, this.leaves) };
  }
}

function movedTo(firstPage: number, tree: PlannedTree): PlannedTree {
  const { endPage, root, rows, fingerprint, leafRows } = tree;
  return { firstPage, endPage: firstPage + endPage, root: firstPage + root, rows, fingerprint, leafRows };
}
