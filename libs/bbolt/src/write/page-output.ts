import { BATCH_BYTES } from './tree-packer.ts';

/**
 * Takes the next bytes of the file, up to 1 MiB of them. They belong to the sink until it returns; then their buffer
 * is filled anew. A sink that needs them longer copies them.
 */
export type BoltSink = (bytes: Uint8Array) => void;

/** The file's bytes in order, gathered into batches. */
export class PageOutput {
  /** Pages are laid out in here, at the offset that `reserve` gave. */
  readonly buffer = new Uint8Array(BATCH_BYTES);
  readonly view = new DataView(this.buffer.buffer);
  /** Bytes that the sink has taken. */
  emitted = 0;
  private used = 0;
  private readonly sink: BoltSink;

  constructor(sink: BoltSink) {
    this.sink = sink;
  }

  /** Room for the next `length` bytes, {@link BATCH_BYTES} at most, side by side; they hold what was there before. */
  reserve(length: number): number {
    if (this.used + length > BATCH_BYTES) this.flush();
    const start = this.used;
    this.used += length;
    return start;
  }

  /** Takes the last `length` bytes back that were reserved. */
  giveBack(length: number): void {
    this.used -= length;
  }

  /** Bytes of any length. */
  append(bytes: Uint8Array): void {
    for (let done = 0; done < bytes.length;) {
      const part = Math.min(bytes.length - done, this.room());
      this.buffer.set(bytes.subarray(done, done + part), this.reserve(part));
      done += part;
    }
  }

  zeros(length: number): void {
    for (let left = length; left > 0;) {
      const part = Math.min(left, this.room());
      const start = this.reserve(part);
      this.buffer.fill(0, start, start + part);
      left -= part;
    }
  }

  flush(): void {
    const batch = this.buffer.subarray(0, this.used);
    // First, so that a sink that fails leaves a file that is short, and `finish` says so.
    this.used = 0;
    if (batch.length === 0) return;
    this.sink(batch);
    this.emitted += batch.length;
  }

  private room(): number {
    if (this.used === BATCH_BYTES) this.flush();
    return BATCH_BYTES - this.used;
  }
}
