import { combineCrc32c, crc32c } from './crc32c.ts';
import { CRC, LENGTH, ROW_U32, type RowSequence } from './row-log.ts';

/**
 * The hash that `etcdutl snapshot status` prints (etcd etcdutl/snapshot/v3_snapshot.go): CRC-32C over
 * every bucket in name order, first its name, then key and value of each of its rows.
 */
export class StatusHash {
  #crc = 0;

  bucket(name: Uint8Array): this {
    this.#crc = crc32c(name, this.#crc);
    return this;
  }

  row(key: Uint8Array, value: Uint8Array): this {
    this.#crc = crc32c(value, crc32c(key, this.#crc));
    return this;
  }

  /** Rows whose CRCs are known: their bytes are not needed. */
  rows(rows: RowSequence): this {
    for (const { u32, count } of rows.batches()) {
      for (let at = 0; at < count * ROW_U32; at += ROW_U32) {
        this.#crc = combineCrc32c(this.#crc, u32[at + CRC]!, u32[at + LENGTH]!);
      }
    }
    return this;
  }

  /** A row by its CRC-32C and its length in bytes. */
  crc(crc: number, length: number): this {
    this.#crc = combineCrc32c(this.#crc, crc, length);
    return this;
  }

  value(): number {
    return this.#crc >>> 0;
  }
}
