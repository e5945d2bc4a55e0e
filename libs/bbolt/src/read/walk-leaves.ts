import { damaged } from '../bolt-error.ts';
import { parseBranchPage, type BranchPage } from '../format/branch-page.ts';
import { compareBytes } from '../format/bytes.ts';
import { MAX_DEPTH } from '../format/layout.ts';
import { LeafPage } from '../format/leaf-page.ts';
import { type PageWalk } from './page-claims.ts';
import { type PageReader } from './page-reader.ts';

/** Returns the overflow of page `id` when the caller knows it to be a leaf. */
export type KnownLeaf = (id: number) => number | undefined;

export interface BoltLeaf {
  /** 0 for an inline bucket, which has no page of its own. */
  readonly id: number;
  readonly overflow: number;
  /** Where the leaf's bytes begin in the file; for an inline bucket inside another page. */
  readonly position: number;
  /** The leaf's keys are not below this one. Undefined: no bound. */
  readonly lowerBound: Uint8Array | undefined;
  /** The leaf's keys are below this one. Undefined: no bound. */
  readonly upperBound: Uint8Array | undefined;
  /** Undefined exactly when `knownLeaf` knew the page. */
  readonly page: LeafPage | undefined;
}

interface Step {
  readonly id: number;
  readonly lowerBound: Uint8Array | undefined;
  readonly upperBound: Uint8Array | undefined;
}

/** A branch on the way down, and which child comes next. */
interface Level {
  readonly branch: BranchPage;
  readonly upperBound: Uint8Array | undefined;
  next: number;
}

/** The leaves below `root` in key order. Memory: one branch page for each level of the tree. */
export function* walkLeaves(
  reader: PageReader,
  walk: PageWalk,
  root: number,
  knownLeaf?: KnownLeaf,
): Generator<BoltLeaf, void, undefined> {
  const levels: Level[] = [];
  let step: Step | undefined = { id: root, lowerBound: undefined, upperBound: undefined };
  while (step !== undefined) {
    const { id, lowerBound, upperBound } = step;
    reader.requirePages(id, 0);
    const known = knownLeaf?.(id);
    if (known !== undefined) {
      reader.requirePages(id, known);
      walk.claim(id, known);
      yield { id, overflow: known, position: id * reader.pageSize, lowerBound, upperBound, page: undefined };
    } else {
      const { kind, overflow } = reader.extent(id);
      walk.claim(id, overflow);
      const bytes = reader.read(id, overflow);
      if (kind === 'leaf') {
        const page = LeafPage.parse(bytes, id);
        if (page.count > 0) requireBounds(id, page.key(0), page.key(page.count - 1), lowerBound, upperBound);
        yield { id, overflow, position: id * reader.pageSize, lowerBound, upperBound, page };
      } else {
        const branch = parseBranchPage(bytes, id);
        requireBounds(id, branch.keys[0]!, branch.keys.at(-1)!, lowerBound, upperBound);
        levels.push({ branch, upperBound, next: 0 });
        if (levels.length > MAX_DEPTH) {
          throw damaged('bbolt.depth', `The tree below page ${root} is deeper than ${MAX_DEPTH} branches.`, {
            root,
          });
        }
      }
    }
    step = nextStep(levels);
  }
}

function nextStep(levels: Level[]): Step | undefined {
  for (let level = levels.at(-1); level !== undefined; level = levels.at(-1)) {
    const { branch, next } = level;
    if (next < branch.ids.length) {
      level.next++;
      return {
        id: branch.ids[next]!,
        lowerBound: branch.keys[next],
        upperBound: branch.keys[next + 1] ?? level.upperBound,
      };
    }
    levels.pop();
  }
  return undefined;
}

/**
 * Checks a page's first and last key against the bounds that its parent sets. Together with the order inside each
 * page this is the order of the whole tree. For a leaf that was yielded without its page, the caller checks it.
 *
 * @throws BoltError `bbolt.key-order`
 */
export function requireBounds(
  page: number,
  firstKey: Uint8Array,
  lastKey: Uint8Array,
  lowerBound: Uint8Array | undefined,
  upperBound: Uint8Array | undefined,
): void {
  if (lowerBound !== undefined && compareBytes(firstKey, lowerBound) < 0) {
    throw damaged('bbolt.key-order', `Page ${page} has a key below its parent's.`, { page });
  }
  if (upperBound !== undefined && compareBytes(lastKey, upperBound) >= 0) {
    throw damaged('bbolt.key-order', `Page ${page} has a key that belongs on the next page.`, { page });
  }
}
