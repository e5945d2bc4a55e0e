import { type RowChunk, type SnapshotSummary, type TableSection } from '@etcd-kloset/kloset';
import { type StoredChunk } from '../sink/chunk-sink.ts';

/** A chunk that was cut and has no table yet, with what a table tells of it. */
export interface DraftSection extends Omit<TableSection, 'digest' | 'objectSize'> {
  /** The sink's number for it. */
  readonly sequence: number;
  /** What became of it; undefined while it was not known to be in the store. */
  readonly stored: StoredChunk | undefined;
}

/**
 * A snapshot that was read and not yet committed: all that `commitDraft` needs besides the store, in some
 * megabytes. Whoever holds it can commit, any number of times: its id and its time are fixed.
 */
export interface SnapshotDraft {
  /** The store's id, and the cluster's folder there: 32 hex digits each. */
  readonly store: string;
  readonly cluster: string;
  /** The key epoch that its chunks are sealed in. */
  readonly epoch: number;
  readonly startedAt: Date;
  /**
   * The summary as far as it is known: `bytes.added` without the chunks of `sections`, what commits add and the
   * time it takes are not in it yet.
   */
  readonly summary: SnapshotSummary;
  /** Row chunks that have a table, of the snapshot before and of this one. */
  readonly rowChunks: readonly RowChunk[];
  /** The tables of those. */
  readonly tables: readonly StoredChunk[];
  /** The other row chunks, in revision order. */
  readonly sections: readonly DraftSection[];
  readonly bucketChunks: readonly StoredChunk[];
  /** Chunks that only attachments use. */
  readonly attachmentChunks: readonly StoredChunk[];
  /** The number of the cluster's newest configuration when it was read. */
  readonly newestConfig: string | undefined;
}
