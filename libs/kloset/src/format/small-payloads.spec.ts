import fc from 'fast-check';
import { KlosetStoreError } from '../errors.ts';
import { codeOf, damages, readOrRefuse } from '../spec-support/malformed-bytes.ts';
import { BLOCK_SIZE, decodeBlocksPayload, encodeBlocksPayload, type PlainBlock } from './blocks-payload.ts';
import { decodeBucketsPayload, encodeBucketsPayload, type PlainBucket } from './buckets-payload.ts';
import { ByteWriter } from './byte-writer.ts';

const bytes = fc.uint8Array({ maxLength: 40 });
const buckets: fc.Arbitrary<PlainBucket[]> = fc.array(
  fc.record({
    name: bytes,
    sequence: fc.oneof(fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }), fc.constantFrom(0n, 2n ** 64n - 1n)),
    rows: fc.array(fc.record({ key: bytes, value: bytes }), { maxLength: 5 }),
  }),
  { maxLength: 5 },
);
const blocks: fc.Arbitrary<PlainBlock[]> = fc.array(fc.record({ number: fc.maxSafeNat(), bytes }), {
  maxLength: 6,
});

/** As plain data, so that views and copies compare equal. */
const text = (content: Uint8Array): string => Buffer.from(content).toString('latin1');
const plainBuckets = (all: readonly PlainBucket[]): unknown =>
  all.map(({ name, sequence, rows }) => [
    text(name),
    sequence,
    rows.map(({ key, value }) => [text(key), text(value)]),
  ]);
const plainBlocks = (all: readonly PlainBlock[]): unknown =>
  all.map((block) => [block.number, text(block.bytes)]);

describe('buckets in a chunk', () => {
  it('come back with their names, sequences and rows', () => {
    fc.assert(
      fc.property(buckets, (all) => {
        const { index, values } = encodeBucketsPayload(all);
        expect(plainBuckets(decodeBucketsPayload(index, values))).toEqual(plainBuckets(all));
      }),
    );
  });

  it('that were damaged fail as malformed, or are other buckets, and nothing else', () => {
    let refused = 0;
    fc.assert(
      fc.property(buckets, damages, fc.boolean(), (all, damaged, inValues) => {
        const { index, values } = encodeBucketsPayload(all);
        const result = readOrRefuse(() =>
          inValues
            ? decodeBucketsPayload(index, damaged(values))
            : decodeBucketsPayload(damaged(index), values),
        );
        if (!(result instanceof KlosetStoreError)) return;
        expect(result.code).toBe('object.malformed');
        refused++;
      }),
      { numRuns: 500 },
    );
    expect(refused).toBeGreaterThan(100);
  });

  it('that lack or have too much are refused', async () => {
    const { index, values } = encodeBucketsPayload([
      {
        name: Buffer.from('meta'),
        sequence: 1n,
        rows: [{ key: Buffer.from('k'), value: Buffer.from('value') }],
      },
    ]);
    for (const [one, other] of [
      [Buffer.concat([index, Buffer.of(0)]), values],
      [index.subarray(0, -1), values],
      [index, Buffer.concat([values, Buffer.of(0)])],
      [index, values.subarray(0, -1)],
      [new ByteWriter().varint(2 ** 50).finish(), values],
      [
        new ByteWriter()
          .varint(1)
          .sized(Buffer.from('b'))
          .u64(0n)
          .varint(2 ** 50)
          .finish(),
        values,
      ],
    ] as const) {
      expect(await codeOf(() => decodeBucketsPayload(one, other))).toBe('object.malformed');
    }
  });
});

describe('blocks in a chunk', () => {
  it('come back with their numbers', () => {
    fc.assert(
      fc.property(blocks, (all) => {
        const { index, values } = encodeBlocksPayload(all);
        expect(plainBlocks(decodeBlocksPayload(index, values))).toEqual(plainBlocks(all));
      }),
    );
  });

  it('that were damaged fail as malformed, or are other blocks, and nothing else', () => {
    let refused = 0;
    fc.assert(
      fc.property(blocks, damages, fc.boolean(), (all, damaged, inValues) => {
        const { index, values } = encodeBlocksPayload(all);
        const result = readOrRefuse(() =>
          inValues
            ? decodeBlocksPayload(index, damaged(values))
            : decodeBlocksPayload(damaged(index), values),
        );
        if (!(result instanceof KlosetStoreError)) return;
        expect(result.code).toBe('object.malformed');
        refused++;
      }),
      { numRuns: 500 },
    );
    expect(refused).toBeGreaterThan(100);
  });

  it('that lack or have too much are refused', async () => {
    const { index, values } = encodeBlocksPayload([{ number: 7, bytes: Buffer.from('block') }]);
    for (const [one, other] of [
      [Buffer.concat([index, Buffer.of(0)]), values],
      [index.subarray(0, -1), values],
      [index, Buffer.concat([values, Buffer.of(0)])],
      [index, values.subarray(0, -1)],
      [new ByteWriter().varint(2 ** 50).finish(), values],
    ] as const) {
      expect(await codeOf(() => decodeBlocksPayload(one, other))).toBe('object.malformed');
    }
  });

  it('have a size that every page size of bbolt divides', () => {
    for (let pageSize = 1024; pageSize <= 65_536; pageSize *= 2) expect(BLOCK_SIZE % pageSize).toBe(0);
  });
});
