import { LeafPage, META_AREA_BYTES, readMeta, readPageHeader } from '@etcd-kloset/bbolt';
import { type RowLog } from '@etcd-kloset/mvcc';
import { type RowDigester } from './row-digester.ts';

const BRANCH_PAGE = 1;
const LEAF_PAGE = 2;
/** A leaf longer than this is left to the walk: nothing as long is held back while it streams by. */
const MOST_LEAF_BYTES = 32 * 1024 * 1024;

/** A leaf whose rows are in the log already. */
export interface ScannedLeaf {
  readonly firstRow: number;
  readonly rows: number;
  readonly overflow: number;
}

/**
 * Digests the rows of leaf pages while the file streams by, so that afterwards only the tree has to be
 * walked and hardly a page is read again.
 *
 * Which pages belong to the tree is not known yet: free pages keep what they held, and are digested in vain.
 * That is harmless: what is remembered of a page follows from its bytes alone, and only the walk decides
 * whether the page counts.
 */
export class PageScanner {
  readonly #digester: RowDigester;
  readonly #log: RowLog;
  #pageSize = 0;
  #hopeless = false;
  /** By page id: row in the log plus one (0: unknown), number of rows, overflow. */
  #firstRow = new Uint32Array(1 << 16);
  #rows = new Uint32Array(1 << 16);
  #overflow = new Uint32Array(1 << 16);
  /** A leaf whose overflow pages are still to come. */
  #open: { id: number; pagesLeft: number; overflow: number; start: number; held: Buffer[] } | undefined;

  constructor(digester: RowDigester, log: RowLog) {
    this.#digester = digester;
    this.#log = log;
  }

  /**
   * The next bytes of the file. Every call but the last gives a multiple of 64 KiB, the first one enough to
   * hold both meta pages.
   */
  push(bytes: Uint8Array, position: number): void {
    if (position === 0) this.#begin(bytes);
    if (this.#hopeless) return;
    const size = this.#pageSize;
    // The open leaf may have begun in earlier bytes, which are gone by now.
    let openAt = 0;
    for (let at = 0; at + size <= bytes.length; at += size) {
      const id = (position + at) / size;
      const header = readPageHeader(bytes, at);
      const known = header.id === id && (header.flags === LEAF_PAGE || header.flags === BRANCH_PAGE);
      if (this.#open !== undefined && !known) {
        if (--this.#open.pagesLeft === 0) this.#close(bytes, openAt, at + size);
        continue;
      }
      // A page of its own inside what a stale leaf claims: the leaf was freed and its pages used again.
      this.#open = undefined;
      if (!known || header.flags !== LEAF_PAGE || header.count === 0) continue;
      const length = (1 + header.overflow) * size;
      if (header.overflow === 0) this.#digest(bytes.subarray(at, at + size), id, 0, position + at);
      else if (length <= MOST_LEAF_BYTES) {
        this.#open = {
          id,
          pagesLeft: header.overflow,
          overflow: header.overflow,
          start: position + at,
          held: [],
        };
        openAt = at;
      }
    }
    this.#open?.held.push(Buffer.from(bytes.subarray(openAt)));
  }

  /** What is known of page `id`: undefined for all but digested leaves of rows. */
  leaf(id: number): ScannedLeaf | undefined {
    const firstRow = this.#firstRow[id];
    if (firstRow === undefined || firstRow === 0) return undefined;
    return { firstRow: firstRow - 1, rows: this.#rows[id]!, overflow: this.#overflow[id]! };
  }

  #begin(bytes: Uint8Array): void {
    try {
      this.#pageSize = readMeta(bytes.subarray(0, META_AREA_BYTES)).pageSize;
    } catch {
      // The walk meets the same meta pages and says what is wrong with them.
      this.#hopeless = true;
    }
  }

  #close(bytes: Uint8Array, from: number, to: number): void {
    const { id, overflow, start, held } = this.#open!;
    this.#open = undefined;
    const page =
      held.length === 0 ? bytes.subarray(from, to) : Buffer.concat([...held, bytes.subarray(0, to)]);
    this.#digest(page, id, overflow, start);
  }

  #digest(page: Uint8Array, id: number, overflow: number, position: number): void {
    let leaf: LeafPage;
    try {
      leaf = LeafPage.parse(page, id);
    } catch {
      // A stale page may be anything. Should the tree lead here after all, the walk reads it and complains.
      return;
    }
    if (!this.#digester.canDigest(leaf)) return;
    const firstRow = this.#log.count;
    this.#digester.digest(leaf, position, this.#log);
    this.#remember(id, firstRow, leaf.count, overflow);
  }

  #remember(id: number, firstRow: number, rows: number, overflow: number): void {
    if (id >= this.#firstRow.length) {
      const grow = (old: Uint32Array<ArrayBuffer>): Uint32Array<ArrayBuffer> => {
        const grown = new Uint32Array(Math.max(id + 1, old.length * 2));
        grown.set(old);
        return grown;
      };
      this.#firstRow = grow(this.#firstRow);
      this.#rows = grow(this.#rows);
      this.#overflow = grow(this.#overflow);
    }
    this.#firstRow[id] = firstRow + 1;
    this.#rows[id] = rows;
    this.#overflow[id] = overflow;
  }
}
