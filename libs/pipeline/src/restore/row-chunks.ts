import { type RowChunk } from '@etcd-kloset/kloset';
import { type OpenedChunk } from '../threads/thread-messages.ts';

/** Chunks opened ahead of the one that is needed. */
const AHEAD = 2;

/**
 * Opens chunks in the order in which rows in revision order need them, a few ahead, and forgets each after
 * its last live row: memory holds what overlaps.
 */
export class RowChunks<Decoded> {
  readonly #chunks: readonly RowChunk[];
  readonly #open: (digest: string) => Promise<OpenedChunk>;
  readonly #decode: (chunk: OpenedChunk) => Decoded;
  /** Indices of chunks by their first revision. */
  readonly #order: readonly number[];
  readonly #opening = new Map<number, Promise<OpenedChunk>>();
  readonly #decoded = new Map<number, Decoded>();
  readonly #left: Uint32Array;
  #next = 0;

  constructor(
    chunks: readonly RowChunk[],
    open: (digest: string) => Promise<OpenedChunk>,
    decode: (chunk: OpenedChunk) => Decoded,
  ) {
    this.#chunks = chunks;
    this.#open = open;
    this.#decode = decode;
    this.#order = chunks
      .map((_, i) => i)
      .sort(
        (a, b) => chunks[a]!.firstMain - chunks[b]!.firstMain || chunks[a]!.firstSub - chunks[b]!.firstSub,
      );
    this.#left = Uint32Array.from(chunks, ({ live, rows }) => (live === undefined ? rows : countBits(live)));
    this.#openAhead();
  }

  /** The chunk, if it was decoded already. */
  ready(chunk: number): Decoded | undefined {
    return this.#decoded.get(chunk);
  }

  async load(chunk: number): Promise<Decoded> {
    const opening = this.#opening.get(chunk) ?? this.#open(this.#chunks[chunk]!.digest);
    const decoded = this.#decode(await opening);
    this.#opening.delete(chunk);
    this.#decoded.set(chunk, decoded);
    this.#openAhead();
    return decoded;
  }

  /** To be called once for each row that was taken. */
  rowTaken(chunk: number): void {
    if (--this.#left[chunk]! === 0) this.#decoded.delete(chunk);
  }

  #openAhead(): void {
    while (this.#opening.size < AHEAD && this.#next < this.#order.length) {
      const chunk = this.#order[this.#next++]!;
      if (this.#decoded.has(chunk) || this.#left[chunk] === 0) continue;
      const opening = this.#open(this.#chunks[chunk]!.digest);
      // It is awaited when its first row is needed.
      opening.catch(() => undefined);
      this.#opening.set(chunk, opening);
    }
  }
}

function countBits(bits: Uint8Array): number {
  let count = 0;
  for (let byte of bits) for (; byte !== 0; byte &= byte - 1) count++;
  return count;
}
