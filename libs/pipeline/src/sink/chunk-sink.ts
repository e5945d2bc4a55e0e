import { type ChunkJob } from '../threads/thread-messages.ts';

/** A chunk that is in the store. */
export interface StoredChunk {
  /** SHA-256 of the object, hex: its name. */
  readonly digest: string;
  /** Bytes of the object. */
  readonly size: number;
}

/** A chunk that is on its way into the store. */
export interface SunkChunk {
  /** The sink's number for it: by that it is asked for when the draft is committed. */
  readonly sequence: number;
  /**
   * Resolves when the chunk is in the store, or rejects when it will never be. A draft does not wait for it:
   * it may stay open when the chunk is stored elsewhere and the news comes too late, or not at all. But the reader of
   * a cluster waits for the oldest of many before it gives more: the news must come without another `put`.
   */
  readonly stored: Promise<StoredChunk>;
}

/**
 * Where the chunks of one snapshot go: into the store at once (`localSink`), or on to whoever makes and stores
 * them. A sink serves one reading of a cluster.
 */
export interface ChunkSink {
  /**
   * Takes a chunk to be made. Resolves when another one may be given, so that what is under way stays bounded;
   * calls come one after the other. What cannot succeed any more, since an earlier chunk failed, rejects.
   */
  put(job: ChunkJob): Promise<SunkChunk>;

  /**
   * Resolves when no chunk that was given needs the spool file any more, which is then closed; rejects with what
   * a chunk failed with. Called once, after the last `put`.
   */
  drain(): Promise<void>;
}
