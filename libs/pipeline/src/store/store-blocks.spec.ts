import { BLOCK_SIZE, rowHasher } from '@etcd-kloset/kloset';
import { CRC, crc32c, FLAGS, HASH, LENGTH, LOCATION, MAIN, ROW_F64, ROW_U32, SUB } from '@etcd-kloset/mvcc';
import { ID_KEY, Scratch } from '../spec-support/scanned-file.ts';
import { blocksAsRows } from './store-blocks.ts';

let scratch: Scratch;
beforeAll(() => (scratch = new Scratch()));
afterAll(() => scratch.remove());

describe('a file that is kept as it is', () => {
  it.each([0, 1, BLOCK_SIZE - 1, BLOCK_SIZE, BLOCK_SIZE + 1, 5 * BLOCK_SIZE + 100])(
    'of %d bytes is its blocks, each a row',
    async (size) => {
      const file = Buffer.from(Array.from({ length: size }, (_, i) => (i * 31) % 253));
      // What lies behind it in the spool file, the trailer, is no part of it.
      const spool = scratch.file(Buffer.concat([file, Buffer.alloc(32, 0xff)]));
      const { rows, close } = await blocksAsRows(spool, size, ID_KEY, scratch.folder);
      expect(rows.count).toBe(Math.ceil(size / BLOCK_SIZE));
      const hash = rowHasher(ID_KEY);
      let number = 0;
      for (const { f64, u32, bytes, count } of rows.batches()) {
        for (let i = 0; i < count; i++, number++) {
          const block = file.subarray(number * BLOCK_SIZE, (number + 1) * BLOCK_SIZE);
          const u = i * ROW_U32;
          expect([f64[i * ROW_F64 + MAIN], f64[i * ROW_F64 + LOCATION]]).toEqual([
            number,
            number * BLOCK_SIZE,
          ]);
          expect([u32[u + SUB], u32[u + LENGTH], u32[u + CRC], u32[u + FLAGS]]).toEqual([
            0,
            block.length,
            crc32c(block),
            0,
          ]);
          const expected = Buffer.alloc(16);
          hash(block, 0, block.length, expected, 0);
          expect(bytes.subarray((u + HASH) * 4, (u + HASH) * 4 + 16).equals(expected)).toBe(true);
        }
      }
      close();
    },
  );
});
