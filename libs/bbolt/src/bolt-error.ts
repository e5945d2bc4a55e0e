import { KlosetError, type ErrorContext } from '@etcd-kloset/errors';

/** What a damaged file looks like. Whoever gets one of these can still keep the file as opaque bytes. */
export type DamageCode =
  /** The file ends before something that it says it holds. */
  | 'bbolt.truncated'
  /** Neither meta page begins with bbolt's magic number. */
  | 'bbolt.not-bbolt'
  /** A bbolt file of a format version other than 2. */
  | 'bbolt.version'
  /** No meta page is sound, or the newest sound one makes no sense. */
  | 'bbolt.meta'
  /** The page size is not a power of two between 1 KiB and 64 KiB. */
  | 'bbolt.page-size'
  /** A page id outside the pages that the file may use. */
  | 'bbolt.page-id'
  /** A page whose own id is not the one that led to it. */
  | 'bbolt.page-header'
  /** A page of another kind than its place in the tree asks for. */
  | 'bbolt.page-type'
  /** A page that two places of the trees claim. */
  | 'bbolt.page-twice'
  /** A page whose number of elements does not fit, or a branch without any. */
  | 'bbolt.page-count'
  /** A page that spans more or fewer pages than its elements need, or more than this library reads. */
  | 'bbolt.page-overflow'
  /** A row or branch element that lies outside its page, overlaps another or has flags that bbolt never writes. */
  | 'bbolt.element'
  /** Keys that do not ascend, or lie outside what the branch above promises. */
  | 'bbolt.key-order'
  /** A tree deeper than any that bbolt builds. */
  | 'bbolt.depth'
  /** A bucket's own entry is malformed, or a plain row stands among the top-level buckets. */
  | 'bbolt.bucket'
  /** A bucket inside a bucket: sound bbolt, which this library does not read. */
  | 'bbolt.nested-bucket';

export type BoltErrorCode =
  | DamageCode
  /** The operating system could not read the file. */
  | 'bbolt.read'
  /** Rows, buckets or page sizes were handed to the writer that bbolt's format does not allow. */
  | 'bbolt.write-limit'
  /** Buckets or rows were handed to the writer out of order. */
  | 'bbolt.write-order'
  /** The rows that were written are not the rows that were planned. */
  | 'bbolt.plan-mismatch';

export class BoltError extends KlosetError<BoltErrorCode> {}

/** The file itself is at fault: reading it again gives the same answer. */
export function damaged(code: DamageCode, message: string, context: ErrorContext = {}): BoltError {
  return new BoltError(code, message, {
    advice: 'Use another copy of this file, or take a new one.',
    context,
  });
}
