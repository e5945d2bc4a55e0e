import { KlosetStoreError } from '../errors.ts';

/** Reads what `ByteWriter` wrote; anything that does not fit is `object.malformed`, never a crash. */
export class ByteReader {
  readonly #bytes: Uint8Array;
  readonly #what: string;
  #position = 0;

  /** @param what names the thing in errors, such as "a table". */
  constructor(bytes: Uint8Array, what: string) {
    this.#bytes = bytes;
    this.#what = what;
  }

  get position(): number {
    return this.#position;
  }

  get left(): number {
    return this.#bytes.length - this.#position;
  }

  u8(): number {
    this.#need(1);
    return this.#bytes[this.#position++]!;
  }

  u32(): number {
    this.#need(4);
    const at = this.#position;
    this.#position += 4;
    const b = this.#bytes;
    return (b[at]! | (b[at + 1]! << 8) | (b[at + 2]! << 16) | (b[at + 3]! << 24)) >>> 0;
  }

  u64(): bigint {
    const low = BigInt(this.u32());
    return low | (BigInt(this.u32()) << 32n);
  }

  varint(): number {
    let value = 0;
    let scale = 1;
    for (let i = 0; i < 8; i++) {
      const byte = this.u8();
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) {
        if ((byte === 0 && i > 0) || value > Number.MAX_SAFE_INTEGER) break;
        return value;
      }
      scale *= 128;
    }
    throw this.malformed('a number is not in its shortest form');
  }

  /** A varint that fits into 32 bits. */
  u32Varint(): number {
    const value = this.varint();
    if (value > 0xffff_ffff) throw this.malformed('a number is larger than it can be');
    return value;
  }

  /** A varint that counts things of at least `unit` bytes each: it cannot promise more than is there. */
  count(unit: number): number {
    const value = this.varint();
    if (value * unit > this.left) throw this.malformed('it promises more than it holds');
    return value;
  }

  /** A view, not a copy. */
  raw(length: number): Uint8Array {
    this.#need(length);
    const bytes = this.#bytes.subarray(this.#position, this.#position + length);
    this.#position += length;
    return bytes;
  }

  sized(): Uint8Array {
    return this.raw(this.varint());
  }

  /** @throws when bytes are left over: a format has no room for what nobody reads. */
  end(): void {
    if (this.left !== 0) throw this.malformed(`${this.left} bytes are left over`);
  }

  malformed(why: string): KlosetStoreError {
    return new KlosetStoreError('object.malformed', `${this.#what} cannot be read: ${why}`, {
      context: { position: this.#position },
    });
  }

  #need(length: number): void {
    if (length > this.left) throw this.malformed('it ends too early');
  }
}
