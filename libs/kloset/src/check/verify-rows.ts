import { crc32c, findUserKey, keyHasher, type KeyHasher } from '@etcd-kloset/mvcc';
import { type PlainBlock } from '../format/blocks-payload.ts';
import { type RowColumns } from '../format/row-columns.ts';
import { type DecodedRows } from '../format/rows-payload-reader.ts';
import { ROW_HASH_BYTES, type HashRowInto } from '../seal/index.ts';

/** What was found of a chunk's rows: their keys' hashes (low and high in turn), or what is not as the table says. */
export type VerifiedRows = { readonly keyHashes: Uint32Array } | { readonly fault: string };

/** Compares every row of an open chunk with what its table says of it. */
export class RowVerifier {
  readonly #keys: KeyHasher = keyHasher();
  readonly #key = { keyStart: 0, keyEnd: 0 };
  readonly #hash = Buffer.alloc(ROW_HASH_BYTES);
  #scratch = Buffer.alloc(1 << 20);

  /** @param hashRow made with the id key of the chunk's epoch */
  rows(rows: DecodedRows, table: RowColumns, hashRow: HashRowInto): VerifiedRows {
    if (rows.count !== table.count) return { fault: `it holds ${rows.count} rows instead of ${table.count}` };
    const keyHashes = new Uint32Array(rows.count * 2);
    for (let row = 0; row < rows.count; row++) {
      const size = rows.size(row);
      if (
        rows.main(row) !== table.main[row] ||
        rows.sub(row) !== table.sub[row] ||
        rows.isTombstone(row) !== (table.tombstone[row] === 1) ||
        size !== table.length[row]
      ) {
        return { fault: `its row ${row} is another one than that of revision ${table.main[row]!}` };
      }
      if (size > this.#scratch.length) this.#scratch = Buffer.alloc(size * 2);
      rows.write(row, this.#scratch, 0);
      if (!this.#isRow(this.#scratch, size, table, row, hashRow)) return differs(row, table);
      if (!findUserKey(this.#scratch, rows.keySize(row), size, this.#key)) {
        return { fault: `its row ${row} (revision ${table.main[row]!}) has no key of a user` };
      }
      this.#keys.hash(this.#scratch, this.#key.keyStart, this.#key.keyEnd);
      keyHashes[row * 2] = this.#keys.low;
      keyHashes[row * 2 + 1] = this.#keys.high;
    }
    return { keyHashes };
  }

  /** Blocks of a file that was kept as it is. @returns what is not as the table says */
  blocks(blocks: readonly PlainBlock[], table: RowColumns, hashRow: HashRowInto): string | undefined {
    if (blocks.length !== table.count) return `it holds ${blocks.length} blocks instead of ${table.count}`;
    for (const [row, { number, bytes }] of blocks.entries()) {
      if (number !== table.main[row] || bytes.length !== table.length[row]) {
        return `its block ${row} is another one than block ${table.main[row]!} of the file`;
      }
      if (!this.#isRow(bytes, bytes.length, table, row, hashRow)) return differs(row, table).fault;
    }
    return undefined;
  }

  #isRow(bytes: Uint8Array, size: number, table: RowColumns, row: number, hashRow: HashRowInto): boolean {
    if (crc32c(bytes.subarray(0, size)) !== table.crc[row]) return false;
    hashRow(bytes, 0, size, this.#hash, 0);
    const from = row * ROW_HASH_BYTES;
    return this.#hash.equals(table.hash.subarray(from, from + ROW_HASH_BYTES));
  }
}

function differs(row: number, table: RowColumns): { fault: string } {
  return { fault: `its row ${row} (revision ${table.main[row]!}) differs from what was backed up` };
}
