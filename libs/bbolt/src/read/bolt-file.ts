import { damaged } from '../bolt-error.ts';
import { META_AREA_BYTES, readMeta, type BoltMeta } from '../format/meta.ts';
import { openBucket, type BoltBucket } from './bolt-bucket.ts';
import { type ByteSource } from './byte-source.ts';
import { PageClaims } from './page-claims.ts';
import { PageReader } from './page-reader.ts';
import { walkLeaves } from './walk-leaves.ts';

const TREE_OF_BUCKETS = 1;

/**
 * A bbolt file, read page by page and checked as it is read: a page that is never visited is never judged.
 * A file of the wrong length is sound as long as it holds each page that is needed.
 */
export class BoltFile {
  readonly meta: BoltMeta;
  private readonly reader: PageReader;
  private readonly claims = new PageClaims();

  private constructor(source: ByteSource, meta: BoltMeta) {
    this.meta = meta;
    this.reader = new PageReader(source, meta);
  }

  /** @throws BoltError what {@link readMeta} throws */
  static open(source: ByteSource): BoltFile {
    return new BoltFile(source, readMeta(source.read(0, Math.min(source.size, META_AREA_BYTES))));
  }

  /**
   * The top-level buckets in the order of their names. A bucket stays usable after the next step.
   *
   * @throws BoltError any of the codes of a damaged file
   */
  *buckets(): Generator<BoltBucket, void, undefined> {
    let tree = TREE_OF_BUCKETS;
    const leaves = walkLeaves(this.reader, this.claims.walk(TREE_OF_BUCKETS), this.meta.root);
    for (const { id, position, page } of leaves) {
      // All of a page at once: the caller will read other pages between two buckets.
      const buckets: BoltBucket[] = [];
      for (let i = 0; i < page!.count; i++) {
        if (!page!.isBucket(i)) {
          throw damaged('bbolt.bucket', 'A plain row stands among the buckets.', { page: id, row: i });
        }
        const entry = { bytes: page!.value(i), position: position + page!.keyEnd(i) };
        buckets.push(openBucket(this.reader, this.claims, ++tree, page!.key(i), entry));
      }
      yield* buckets;
    }
  }
}
