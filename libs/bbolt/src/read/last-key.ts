import { damaged } from '../bolt-error.ts';
import { parseBranchPage } from '../format/branch-page.ts';
import { MAX_DEPTH } from '../format/layout.ts';
import { LeafPage } from '../format/leaf-page.ts';
import { type PageReader } from './page-reader.ts';

/**
 * The highest key below `root`, found along the right edge of the tree: one page for each level is read. Only
 * those pages are checked. Undefined for an empty tree.
 */
export function lastKey(reader: PageReader, root: number): Uint8Array | undefined {
  let id = root;
  for (let depth = 0; depth <= MAX_DEPTH; depth++) {
    const { kind, overflow } = reader.extent(id);
    const bytes = reader.read(id, overflow);
    if (kind === 'leaf') {
      const page = LeafPage.parse(bytes, id);
      return page.count === 0 ? undefined : new Uint8Array(page.key(page.count - 1));
    }
    id = parseBranchPage(bytes, id).ids.at(-1)!;
  }
  throw damaged('bbolt.depth', `The tree below page ${root} is deeper than ${MAX_DEPTH} branches.`, { root });
}
