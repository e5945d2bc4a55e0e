import { damaged } from '../bolt-error.ts';
import { compareRanges, viewOf } from './bytes.ts';
import { BUCKET_ELEMENT, LEAF_ELEMENT_BYTES, LEAF_PAGE, MAX_KEY_BYTES, PAGE_HEADER_BYTES } from './layout.ts';
import { readPageHeader } from './page-header.ts';
import { requireLastPageUsed, requirePage } from './page-checks.ts';

/**
 * The rows of one leaf page, as offsets into its bytes. Everything is checked once, by `parse`; nothing is allocated
 * per row. It is a view: as valid as the bytes are.
 */
export class LeafPage {
  readonly bytes: Uint8Array;
  /** Rows on the page. A tree's only leaf may have none. */
  readonly count: number;
  /** True when a row's value is a bucket. */
  readonly hasBuckets: boolean;
  private readonly view: DataView;

  private constructor(bytes: Uint8Array, count: number, hasBuckets: boolean, view: DataView) {
    this.bytes = bytes;
    this.count = count;
    this.hasBuckets = hasBuckets;
    this.view = view;
  }

  /**
   * Checks that every row lies in the page, directly after the row before it as every version of bbolt writes them,
   * and that keys ascend.
   *
   * @param bytes the page with its overflow pages, (1 + overflow) × page size long, or an inline page, exactly
   * @param expectedId the page's id; undefined for an inline page, whose header says nothing
   * @throws BoltError `bbolt.page-header`, `bbolt.page-type`, `bbolt.page-count`, `bbolt.page-overflow`,
   *   `bbolt.element`, `bbolt.key-order`, `bbolt.truncated`
   */
  static parse(bytes: Uint8Array, expectedId: number | undefined): LeafPage {
    const header = readPageHeader(bytes, 0);
    requirePage(header, LEAF_PAGE, expectedId);
    const { count } = header;
    let end = PAGE_HEADER_BYTES + count * LEAF_ELEMENT_BYTES;
    if (end > bytes.length) {
      throw damaged('bbolt.page-count', `Page ${header.id} is too short for its ${count} rows.`, {
        page: header.id,
      });
    }
    const view = viewOf(bytes);
    let flagsOfAll = 0;
    let previousKey = 0;
    let previousKeyEnd = 0;
    for (let row = 0, at = PAGE_HEADER_BYTES; row < count; row++, at += LEAF_ELEMENT_BYTES) {
      const key = at + view.getUint32(at + 4, true);
      const keyBytes = view.getUint32(at + 8, true);
      const keyEnd = key + keyBytes;
      if (key !== end || keyBytes === 0 || keyBytes > MAX_KEY_BYTES) throw badRow(header.id, row);
      end = keyEnd + view.getUint32(at + 12, true);
      if (end > bytes.length) throw badRow(header.id, row);
      if (row > 0 && compareRanges(bytes, previousKey, previousKeyEnd, bytes, key, keyEnd) >= 0) {
        throw damaged('bbolt.key-order', `The keys on page ${header.id} do not ascend.`, {
          page: header.id,
          row,
        });
      }
      flagsOfAll |= view.getUint32(at, true);
      previousKey = key;
      previousKeyEnd = keyEnd;
    }
    if ((flagsOfAll & ~BUCKET_ELEMENT) !== 0) {
      throw damaged('bbolt.element', `Page ${header.id} has rows with unknown flags.`, { page: header.id });
    }
    requireLastPageUsed(header, bytes.length, end, expectedId === undefined);
    return new LeafPage(bytes, count, flagsOfAll !== 0, view);
  }

  /** Where row `i`'s key begins in `bytes`. */
  keyStart(i: number): number {
    const at = PAGE_HEADER_BYTES + i * LEAF_ELEMENT_BYTES;
    return at + this.view.getUint32(at + 4, true);
  }

  /** Where row `i`'s key ends and its value begins. */
  keyEnd(i: number): number {
    const at = PAGE_HEADER_BYTES + i * LEAF_ELEMENT_BYTES;
    return at + this.view.getUint32(at + 4, true) + this.view.getUint32(at + 8, true);
  }

  valueEnd(i: number): number {
    return this.keyEnd(i) + this.view.getUint32(PAGE_HEADER_BYTES + i * LEAF_ELEMENT_BYTES + 12, true);
  }

  isBucket(i: number): boolean {
    return this.view.getUint32(PAGE_HEADER_BYTES + i * LEAF_ELEMENT_BYTES, true) === BUCKET_ELEMENT;
  }

  /** A view of row `i`'s key. */
  key(i: number): Uint8Array {
    return this.bytes.subarray(this.keyStart(i), this.keyEnd(i));
  }

  /** A view of row `i`'s value. */
  value(i: number): Uint8Array {
    return this.bytes.subarray(this.keyEnd(i), this.valueEnd(i));
  }
}

function badRow(page: number, row: number): Error {
  return damaged('bbolt.element', `Row ${row} of page ${page} does not lie where it must.`, { page, row });
}
