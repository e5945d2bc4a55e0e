/** Grows as it is written to. Numbers are little-endian; varints are unsigned LEB128. */
export class ByteWriter {
  #bytes: Uint8Array;
  #length = 0;

  constructor(capacity = 256) {
    this.#bytes = new Uint8Array(Math.max(16, capacity));
  }

  get length(): number {
    return this.#length;
  }

  u8(value: number): this {
    this.#room(1);
    this.#bytes[this.#length++] = value;
    return this;
  }

  u32(value: number): this {
    this.#room(4);
    this.#bytes[this.#length++] = value;
    this.#bytes[this.#length++] = value >>> 8;
    this.#bytes[this.#length++] = value >>> 16;
    this.#bytes[this.#length++] = value >>> 24;
    return this;
  }

  u64(value: bigint): this {
    return this.u32(Number(value & 0xffff_ffffn)).u32(Number((value >> 32n) & 0xffff_ffffn));
  }

  /** @param value an exact number from 0 to 2^53 - 1. */
  varint(value: number): this {
    this.#room(8);
    let rest = value;
    while (rest >= 128) {
      this.#bytes[this.#length++] = (rest % 128) | 0x80;
      rest = Math.floor(rest / 128);
    }
    this.#bytes[this.#length++] = rest;
    return this;
  }

  raw(bytes: Uint8Array): this {
    this.#room(bytes.length);
    this.#bytes.set(bytes, this.#length);
    this.#length += bytes.length;
    return this;
  }

  /** Bytes with their length, as a varint, before them. */
  sized(bytes: Uint8Array): this {
    return this.varint(bytes.length).raw(bytes);
  }

  /** What was written, not copied: the writer must not be used after. */
  finish(): Uint8Array {
    return this.#bytes.subarray(0, this.#length);
  }

  #room(size: number): void {
    if (this.#length + size <= this.#bytes.length) return;
    const grown = new Uint8Array(Math.max(this.#bytes.length * 2, this.#length + size));
    grown.set(this.#bytes.subarray(0, this.#length));
    this.#bytes = grown;
  }
}
