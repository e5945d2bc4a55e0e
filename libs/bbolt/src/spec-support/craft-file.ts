import { viewOf, writeU64 } from '../format/bytes.ts';
import { BRANCH_PAGE, LEAF_PAGE } from '../format/layout.ts';
import { writeMeta } from '../format/meta.ts';
import { bytesOf } from './write-file.ts';

export const CRAFTED_PAGE_BYTES = 1024;

interface Element {
  readonly key: string;
  readonly value?: Uint8Array;
  readonly flags?: number;
  readonly child?: number | bigint;
}

interface PageOptions {
  readonly flags?: number;
  readonly count?: number;
  readonly overflow?: number;
  /** The id that the page gives itself. */
  readonly saysId?: number;
}

type CraftedPage = (id: number) => Uint8Array;

export function leaf(elements: readonly Element[], options: PageOptions = {}): CraftedPage {
  return craft(LEAF_PAGE, elements, options);
}

export function branch(
  children: readonly (readonly [key: string, id: number | bigint])[],
  options: PageOptions = {},
): CraftedPage {
  return craft(
    BRANCH_PAGE,
    children.map(([key, child]) => ({ key, child })),
    options,
  );
}

/** An entry of the tree of buckets. */
export function bucketEntry(name: string, root: number, value = bucketValue(root)): Element {
  return { key: name, value, flags: 1 };
}

export function bucketValue(root: number, inlinePage: Uint8Array = new Uint8Array(0)): Uint8Array {
  const value = new Uint8Array(16 + inlinePage.length);
  writeU64(viewOf(value), 0, root);
  value.set(inlinePage, 16);
  return value;
}

/** A page's bytes up to the end of its last element: how an inline page is kept. */
export function inlinePage(elements: readonly Element[], options: PageOptions = {}): Uint8Array {
  const used = elements.reduce((bytes, { key, value }) => bytes + 16 + key.length + (value?.length ?? 0), 16);
  return leaf(elements, options)(0).subarray(0, used);
}

/** A file of hand-made pages; pages[0] is page 2, the root of the tree of buckets. A gap is a page of zeros. */
export function craftFile(
  pages: readonly (CraftedPage | undefined)[],
  meta: { readonly root?: number; readonly highWater?: number } = {},
): Uint8Array {
  const { root = 2, highWater = pages.length + 2 } = meta;
  const file = new Uint8Array((pages.length + 2) * CRAFTED_PAGE_BYTES);
  for (const slot of [0, 1] as const) {
    const at = slot * CRAFTED_PAGE_BYTES;
    writeMeta(file.subarray(at), { slot, pageSize: CRAFTED_PAGE_BYTES, root, highWater, txid: BigInt(slot) });
  }
  pages.forEach((page, index) => {
    const id = index + 2;
    if (page !== undefined) file.set(page(id), id * CRAFTED_PAGE_BYTES);
  });
  return file;
}

function craft(kind: number, elements: readonly Element[], options: PageOptions): CraftedPage {
  return (id) => {
    const used = elements.reduce(
      (bytes, { key, value }) => bytes + 16 + key.length + (value?.length ?? 0),
      16,
    );
    const page = new Uint8Array(Math.ceil(used / CRAFTED_PAGE_BYTES) * CRAFTED_PAGE_BYTES);
    const view = viewOf(page);
    writeU64(view, 0, options.saysId ?? id);
    view.setUint16(8, options.flags ?? kind, true);
    view.setUint16(10, options.count ?? elements.length, true);
    view.setUint32(12, options.overflow ?? 0, true);
    let data = 16 + elements.length * 16;
    elements.forEach(({ key, value = new Uint8Array(0), flags = 0, child = 0 }, i) => {
      const at = 16 + i * 16;
      if (kind === LEAF_PAGE) {
        view.setUint32(at, flags, true);
        view.setUint32(at + 4, data - at, true);
        view.setUint32(at + 8, key.length, true);
        view.setUint32(at + 12, value.length, true);
      } else {
        view.setUint32(at, data - at, true);
        view.setUint32(at + 4, key.length, true);
        view.setBigUint64(at + 8, BigInt(child), true);
      }
      page.set(bytesOf(key), data);
      page.set(value, data + key.length);
      data += key.length + value.length;
    });
    return page;
  };
}
