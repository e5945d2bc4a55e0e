import { BRANCH_ELEMENT_BYTES, PAGE_HEADER_BYTES } from '../format/layout.ts';

/** A page as its parent names it. The planner knows only how long the key is; the writer has the key. */
export interface Child {
  readonly id: number;
  readonly keyBytes: number;
  readonly key: Uint8Array | undefined;
}

/** Takes `bytes` on new pages of the file and returns the first one's id. */
export type PlaceBranch = (children: readonly Child[], bytes: number) => number;

/** A branch page takes as many children as fit, but two at least: bbolt panics on deleting below an only child. */
const MIN_CHILDREN = 2;

interface Level {
  children: Child[];
  /** Of the page so far, without a child that waits. */
  bytes: number;
  /** True when the last child found no room; it waits for a second one, so that no page is left with one child. */
  waiting: boolean;
}

/**
 * The branches above a row of pages, built from the left and from below. A branch page is placed as soon as it is
 * full, behind the pages that it names, so that one unfinished page for each level is all that is kept.
 */
export class BranchLevels {
  private readonly pageSize: number;
  private readonly place: PlaceBranch;
  private readonly levels: Level[] = [];

  constructor(pageSize: number, place: PlaceBranch) {
    this.pageSize = pageSize;
    this.place = place;
  }

  add(child: Child): void {
    this.addTo(0, child);
  }

  /** Places what is unfinished and returns the root: the only page itself when there is just one. */
  finish(): number {
    for (let depth = 0; ; depth++) {
      const level = this.levels[depth]!;
      const isTop = depth === this.levels.length - 1;
      if (isTop && level.children.length === 1) return level.children[0]!.id;
      const { children } = level;
      const last = children.length - 1;
      if (level.waiting && last > MIN_CHILDREN) {
        this.close(depth, children.slice(0, last - 1));
        this.close(depth, children.slice(last - 1));
      } else {
        this.close(depth, children);
      }
    }
  }

  private addTo(depth: number, child: Child): void {
    const level = (this.levels[depth] ??= newLevel());
    level.children.push(child);
    if (level.waiting) {
      const full = level.children.slice(0, -MIN_CHILDREN);
      level.children = level.children.slice(-MIN_CHILDREN);
      level.bytes = branchBytes(level.children);
      level.waiting = false;
      this.close(depth, full);
      return;
    }
    const bytes = level.bytes + childBytes(child);
    if (level.children.length > MIN_CHILDREN && bytes > this.pageSize) level.waiting = true;
    else level.bytes = bytes;
  }

  private close(depth: number, children: readonly Child[]): void {
    const { keyBytes, key } = children[0]!;
    this.addTo(depth + 1, { id: this.place(children, branchBytes(children)), keyBytes, key });
  }
}

function newLevel(): Level {
  return { children: [], bytes: PAGE_HEADER_BYTES, waiting: false };
}

function childBytes(child: Child): number {
  return BRANCH_ELEMENT_BYTES + child.keyBytes;
}

function branchBytes(children: readonly Child[]): number {
  return children.reduce((bytes, child) => bytes + childBytes(child), PAGE_HEADER_BYTES);
}
