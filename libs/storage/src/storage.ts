/**
 * Where the objects of a store live. A storage knows names and bytes, and nothing of what they mean.
 *
 * Every failure is a `StorageError`, except an aborted request: that rejects with the signal's own reason.
 * All methods may be called at once, as often as one likes; the backend bounds what it really does at a time.
 * Names are checked by `assertObjectName`, prefixes by `assertPrefix`.
 */
export interface Storage {
  /** The canonical address, for messages. It never holds a password. */
  readonly url: string;

  readonly capabilities: StorageCapabilities;

  /**
   * Puts a whole object under a name that is not taken, and never overwrites.
   *
   * Atomic: no reader ever sees a part of it, whatever happens to the writer.
   * Durable when the promise resolves (see `capabilities.durableFolders`), also for whoever is told `exists`.
   * Of several who race for one name exactly one is told `created`. Safe to call again after any failure:
   * at worst the second call finds the first one's object and says `exists`.
   *
   * @param parts the object's bytes, in order; they are only read, and must not change until the promise settles
   */
  put(
    name: string,
    parts: Uint8Array | readonly Uint8Array[],
    options?: RequestOptions,
  ): Promise<'created' | 'exists'>;

  /**
   * The object's bytes, or exactly those of `range`. The buffer is the caller's own.
   *
   * Throws `storage.not-found`; `storage.bad-range` when the range does not lie wholly inside the object;
   * `storage.too-large` when more than `maxBytes` would come back.
   */
  get(name: string, range?: ByteRange, options?: GetOptions): Promise<Buffer>;

  /** What is known of the object without reading it; undefined when there is none. */
  stat(name: string, options?: RequestOptions): Promise<ObjectInfo | undefined>;

  /**
   * Every object whose name starts with `prefix`, which is empty or ends with `/`, sorted by the bytes of
   * their names. What is put or deleted meanwhile may or may not appear. Half-written objects never do.
   */
  list(prefix: string, options?: RequestOptions): AsyncIterable<ObjectInfo>;

  /**
   * What stands between `prefix` and the next slash in the names of objects, each once, sorted bytewise: the folders
   * directly below it, without reading what is in them. One in which nothing is left may or may not appear.
   */
  folders(prefix: string, options?: RequestOptions): Promise<string[]>;

  /** Removes the object, durably. Deleting what is not there is fine. */
  delete(name: string, options?: RequestOptions): Promise<void>;

  /** The store's own clock, to tell how far ours is off. Needs the right to write. */
  now(): Promise<Date>;

  /** Waits for what is under way and lets go of connections. Whatever is called later fails. */
  close(): Promise<void>;
}

/** What a backend can promise. The conformance suite holds it to what it claims here. */
export interface StorageCapabilities {
  /** What `put` acknowledged survives a power cut; false where folders cannot be flushed (SFTP, some mounts). */
  readonly durableFolders: boolean;
  /** `put` never overwrites, even in a race; false where the server has no way to put only if absent. */
  readonly exclusivePut: boolean;
  /** Objects are stored without write permission (mode 0444), a guard against accidents. */
  readonly readOnlyObjects: boolean;
}

export interface ObjectInfo {
  readonly name: string;
  /** In bytes. */
  readonly size: number;
  /** When its bytes were written, by the store's clock. */
  readonly modified: Date;
}

/** A stretch of an object, in bytes. A length of zero is allowed. */
export interface ByteRange {
  readonly offset: number;
  readonly length: number;
}

export interface RequestOptions {
  /** Aborting makes the request reject with the signal's reason as soon as it can stop safely. */
  readonly signal?: AbortSignal | undefined;
}

export interface GetOptions extends RequestOptions {
  /** Refuse to fetch more than this many bytes, so that a hostile store cannot fill the memory. Default: no bound. */
  readonly maxBytes?: number | undefined;
}
