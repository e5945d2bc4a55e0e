import { damaged } from '../bolt-error.ts';
import { compareRanges, readU64, viewOf } from './bytes.ts';
import { BRANCH_ELEMENT_BYTES, BRANCH_PAGE, MAX_KEY_BYTES, PAGE_HEADER_BYTES } from './layout.ts';
import { requireLastPageUsed, requirePage } from './page-checks.ts';
import { readPageHeader } from './page-header.ts';

/** A branch page's children in key order. It owns its bytes: a walk keeps it while it reads the pages below. */
export interface BranchPage {
  readonly ids: readonly number[];
  /** The lowest key that child `i` may hold. */
  readonly keys: readonly Uint8Array[];
}

/**
 * @param bytes the page with its overflow pages; they are copied
 * @throws BoltError `bbolt.page-header`, `bbolt.page-type`, `bbolt.page-count`, `bbolt.page-overflow`,
 *   `bbolt.element`, `bbolt.key-order`, `bbolt.truncated`
 */
export function parseBranchPage(bytes: Uint8Array, expectedId: number): BranchPage {
  const header = readPageHeader(bytes, 0);
  requirePage(header, BRANCH_PAGE, expectedId);
  const { id: page, count } = header;
  let end = PAGE_HEADER_BYTES + count * BRANCH_ELEMENT_BYTES;
  if (count === 0 || end > bytes.length) {
    throw damaged('bbolt.page-count', `Branch page ${page} cannot have ${count} children.`, { page, count });
  }
  const own = new Uint8Array(bytes);
  const view = viewOf(own);
  const ids: number[] = [];
  const keys: Uint8Array[] = [];
  let previousKey = 0;
  for (let child = 0, at = PAGE_HEADER_BYTES; child < count; child++, at += BRANCH_ELEMENT_BYTES) {
    const key = at + view.getUint32(at, true);
    const keyBytes = view.getUint32(at + 4, true);
    const keyEnd = key + keyBytes;
    if (key !== end || keyBytes === 0 || keyBytes > MAX_KEY_BYTES || keyEnd > own.length) {
      throw damaged('bbolt.element', `Child ${child} of branch page ${page} does not lie where it must.`, {
        page,
        child,
      });
    }
    if (child > 0 && compareRanges(own, previousKey, end, own, key, keyEnd) >= 0) {
      throw damaged('bbolt.key-order', `The keys on branch page ${page} do not ascend.`, { page, child });
    }
    ids.push(readU64(view, at + 8));
    keys.push(own.subarray(key, keyEnd));
    previousKey = key;
    end = keyEnd;
  }
  requireLastPageUsed(header, own.length, end, false);
  return { ids, keys };
}
