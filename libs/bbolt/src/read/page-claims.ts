import { damaged } from '../bolt-error.ts';

const CHUNK_BITS = 16;
const CHUNK = 1 << CHUNK_BITS;
const IN_CHUNK = CHUNK - 1;

/**
 * Which tree each page belongs to. A page has one place in one tree: a second visit is a cycle, a page that two
 * buckets share, or a page that lies in another's overflow. Buckets may be walked again and again, at the same time
 * too, so each walk also keeps its own marks, and it is these that end a cycle.
 *
 * Memory: 4 bytes for a page of a tree, and one bit for each walk.
 */
export class PageClaims {
  private readonly owners = new Map<number, Uint32Array>();

  /** `tree` is 1 for the tree of top-level buckets, and 2 and more for the buckets in their order. */
  walk(tree: number): PageWalk {
    const marks = new Map<number, Uint8Array>();
    return {
      claim: (id, overflow) => {
        for (let page = id; page <= id + overflow; page++) {
          if (!mark(marks, page) || !this.own(page, tree)) {
            throw damaged('bbolt.page-twice', `Page ${page} is used twice.`, { page, by: id });
          }
        }
      },
    };
  }

  private own(page: number, tree: number): boolean {
    const number = Math.floor(page / CHUNK);
    let chunk = this.owners.get(number);
    if (chunk === undefined) this.owners.set(number, (chunk = new Uint32Array(CHUNK)));
    const at = page & IN_CHUNK;
    const owner = chunk[at]!;
    if (owner !== 0) return owner === tree;
    chunk[at] = tree;
    return true;
  }
}

export interface PageWalk {
  /** @throws BoltError `bbolt.page-twice` */
  claim(id: number, overflow: number): void;
}

function mark(marks: Map<number, Uint8Array>, page: number): boolean {
  const number = Math.floor(page / CHUNK);
  let chunk = marks.get(number);
  if (chunk === undefined) marks.set(number, (chunk = new Uint8Array(CHUNK / 8)));
  const at = page & IN_CHUNK;
  const bit = 1 << (at & 7);
  if ((chunk[at >> 3]! & bit) !== 0) return false;
  chunk[at >> 3]! |= bit;
  return true;
}
