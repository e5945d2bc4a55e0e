import { damaged } from '../bolt-error.ts';
import { readU64, viewOf } from '../format/bytes.ts';
import { BUCKET_HEADER_BYTES } from '../format/layout.ts';
import { LeafPage } from '../format/leaf-page.ts';
import { lastKey } from './last-key.ts';
import { type PageClaims } from './page-claims.ts';
import { type PageReader } from './page-reader.ts';
import { walkLeaves, type BoltLeaf, type KnownLeaf } from './walk-leaves.ts';

export interface BoltRow {
  readonly key: Uint8Array;
  readonly value: Uint8Array;
}

export interface BoltBucket {
  readonly name: Uint8Array;
  readonly sequence: bigint;
  /** The page at the root of the bucket's tree; 0 when it is inline. */
  readonly root: number;
  /** True when its rows are kept in its entry, which has no page of its own. */
  readonly inline: boolean;
  /**
   * The highest key, owned by the caller; undefined for an empty bucket. Reads one page for each level of the
   * tree, and checks no more than those.
   *
   * @throws BoltError any of the codes of a damaged file
   */
  lastKey(): Uint8Array | undefined;
  /**
   * Rows in key order. Key and value are views, valid until the next step of this or any other iteration of the file;
   * iterations of one file may be interleaved.
   *
   * @throws BoltError what {@link BoltBucket.leaves} throws
   */
  rows(): Iterable<BoltRow>;
  /**
   * Leaf pages in key order. A page's bytes are valid until the next step of this or any other iteration of the file.
   *
   * A caller who already knows page `id` to be a leaf returns its overflow from `knownLeaf`; that page is then not
   * read. What is checked without its bytes is checked all the same: that it lies in the file, that nothing else uses
   * it, and the order of the branches above. Left to the caller, for such a leaf: `LeafPage.parse`, that it has no
   * buckets, and {@link requireBounds} with its first and last key.
   *
   * @throws BoltError any of the codes of a damaged file, and `bbolt.nested-bucket`
   */
  leaves(knownLeaf?: KnownLeaf): Iterable<BoltLeaf>;
}

/**
 * `tree` is the bucket's number among the file's trees, see {@link PageClaims.walk}. The bytes of `entry` are copied;
 * its position is where they begin in the file.
 */
export function openBucket(
  reader: PageReader,
  claims: PageClaims,
  tree: number,
  name: Uint8Array,
  entry: { readonly bytes: Uint8Array; readonly position: number },
): BoltBucket {
  const bytes = new Uint8Array(entry.bytes);
  if (bytes.length < BUCKET_HEADER_BYTES) {
    throw damaged('bbolt.bucket', 'A bucket has an entry that is too short.', { bytes: bytes.length });
  }
  const view = viewOf(bytes);
  const root = readU64(view, 0);
  const inline = root === 0;
  // bbolt keeps a bucket inline while it is shorter than a quarter of a page.
  if (inline ? bytes.length > reader.pageSize : bytes.length !== BUCKET_HEADER_BYTES) {
    throw damaged('bbolt.bucket', 'A bucket has an entry of a length that no bucket has.', {
      bytes: bytes.length,
    });
  }
  const leaves = inline
    ? (): Iterable<BoltLeaf> => [inlineLeaf(bytes, entry.position)]
    : (knownLeaf?: KnownLeaf) => bucketLeaves(reader, claims, tree, root, knownLeaf);
  return {
    name: new Uint8Array(name),
    sequence: view.getBigUint64(8, true),
    root,
    inline,
    lastKey() {
      if (!inline) return lastKey(reader, root);
      const { page } = inlineLeaf(bytes, entry.position);
      return page!.count === 0 ? undefined : new Uint8Array(page!.key(page!.count - 1));
    },
    leaves,
    rows: () => rowsOf(reader, leaves()),
  };
}

function inlineLeaf(entry: Uint8Array, entryPosition: number): BoltLeaf {
  const page = LeafPage.parse(entry.subarray(BUCKET_HEADER_BYTES), undefined);
  requireRowsOnly(page, 0);
  const position = entryPosition + BUCKET_HEADER_BYTES;
  return { id: 0, overflow: 0, position, lowerBound: undefined, upperBound: undefined, page };
}

function* bucketLeaves(
  reader: PageReader,
  claims: PageClaims,
  tree: number,
  root: number,
  knownLeaf: KnownLeaf | undefined,
): Generator<BoltLeaf, void, undefined> {
  for (const leaf of walkLeaves(reader, claims.walk(tree), root, knownLeaf)) {
    if (leaf.page !== undefined) requireRowsOnly(leaf.page, leaf.id);
    yield leaf;
  }
}

function* rowsOf(reader: PageReader, leaves: Iterable<BoltLeaf>): Generator<BoltRow, void, undefined> {
  for (const { id, overflow, page } of leaves) {
    let rows = page!;
    let readAt = reader.reads;
    for (let i = 0; i < rows.count; i++) {
      if (id !== 0 && reader.reads !== readAt) {
        // Another iteration has read since: these bytes may be another page's by now.
        rows = LeafPage.parse(reader.read(id, overflow), id);
        readAt = reader.reads;
      }
      yield { key: rows.key(i), value: rows.value(i) };
    }
  }
}

function requireRowsOnly(page: LeafPage, id: number): void {
  if (!page.hasBuckets) return;
  throw damaged('bbolt.nested-bucket', 'A bucket holds another bucket, which is not read here.', {
    page: id,
  });
}
