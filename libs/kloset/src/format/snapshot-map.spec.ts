import { hash } from 'node:crypto';
import fc from 'fast-check';
import { KlosetStoreError } from '../errors.ts';
import { codeOf, damages, readOrRefuse } from '../spec-support/malformed-bytes.ts';
import { ByteWriter } from './byte-writer.ts';
import { decodeMap, encodeMap, type NeededObject, type RowChunk, type SnapshotMap } from './snapshot-map.ts';

const object = (kind: NeededObject['kind'], i: number): NeededObject => ({
  kind,
  digest: hash('sha256', `${kind} ${i}`, 'hex'),
  size: 1000 + i,
});
/** Three tables and eight chunks, and an attachment's chunk that the map does not speak of. */
const tables = [0, 1, 2].map((i) => object('table', i));
const chunks = [0, 1, 2, 3, 4, 5, 6, 7].map((i) => object('chunk', i));
const needs = [chunks[7]!, ...tables, ...chunks.slice(0, 7)];

const rowChunk = fc
  .record({
    at: fc.nat({ max: 6 }),
    table: fc.nat({ max: 2 }),
    section: fc.nat({ max: 400 }),
    rows: fc.oneof(fc.integer({ min: 1, max: 40 }), fc.constantFrom(65_536, 1 << 20)),
    plainBytes: fc.maxSafeNat(),
    firstMain: fc.maxSafeNat(),
    firstSub: fc.nat({ max: 2 ** 32 - 1 }),
    live: fc.option(fc.uint8Array({ minLength: 5, maxLength: 5 }), { nil: undefined }),
  })
  .map(({ at, table, live, ...chunk }): RowChunk => {
    const bits = live && new Uint8Array(Math.ceil(chunk.rows / 8));
    bits?.set(live!.subarray(0, bits.length));
    if (bits && chunk.rows % 8 !== 0) bits[bits.length - 1]! &= (1 << (chunk.rows % 8)) - 1;
    return {
      ...chunk,
      digest: chunks[at]!.digest,
      objectSize: chunks[at]!.size,
      table: tables[table]!.digest,
      live: bits,
    };
  });
const map: fc.Arbitrary<SnapshotMap> = fc.record({
  tables: fc.constant(tables.map(({ digest, size }) => ({ digest, size }))),
  rowChunks: fc.array(rowChunk, { maxLength: 6 }),
  bucketChunks: fc
    .array(fc.nat({ max: 6 }), { maxLength: 3 })
    .map((all) => all.map((i) => ({ digest: chunks[i]!.digest, size: chunks[i]!.size }))),
});

function plain({ tables: t, rowChunks, bucketChunks }: SnapshotMap): unknown {
  return {
    tables: t.map(({ digest, size }) => [digest, size]),
    rowChunks: rowChunks.map(({ live, ...chunk }) => ({
      ...chunk,
      live: live && Buffer.from(live).toString('hex'),
    })),
    bucketChunks: bucketChunks.map(({ digest, size }) => [digest, size]),
  };
}

/** A map of one table and one chunk of ten rows. */
const one = (live: Uint8Array | undefined): SnapshotMap => ({
  tables: [tables[0]!],
  rowChunks: [
    {
      digest: chunks[0]!.digest,
      objectSize: chunks[0]!.size,
      table: tables[0]!.digest,
      section: 3,
      rows: 10,
      plainBytes: 500,
      firstMain: 7,
      firstSub: 1,
      live,
    },
  ],
  bucketChunks: [chunks[1]!],
});

describe('the map of a snapshot', () => {
  it('says where everything lies, with the sizes that the list of needed objects gives', () => {
    fc.assert(
      fc.property(map, (each) =>
        expect(plain(decodeMap(encodeMap(each, needs), needs))).toEqual(plain(each)),
      ),
    );
  });

  it('is not made when it would point to what the record does not list', () => {
    expect(() => encodeMap(one(undefined), needs.slice(1, 2))).toThrow(RangeError);
    expect(() => encodeMap({ ...one(undefined), tables: [tables[1]!] }, needs)).toThrow(RangeError);
  });

  it('that was damaged fails as malformed or is another map, and nothing else', () => {
    let refused = 0;
    fc.assert(
      fc.property(map, damages, (each, damaged) => {
        const result = readOrRefuse(() => decodeMap(damaged(encodeMap(each, needs)), needs));
        if (!(result instanceof KlosetStoreError)) {
          const { tables: t, rowChunks, bucketChunks } = result.value;
          for (const { digest } of t) expect(tables.some((table) => table.digest === digest)).toBe(true);
          for (const { digest } of [...rowChunks, ...bucketChunks])
            expect(chunks.some((chunk) => chunk.digest === digest)).toBe(true);
          for (const { rows, live } of rowChunks) if (live) expect(live.length).toBe(Math.ceil(rows / 8));
          return;
        }
        expect(['object.malformed', 'store.newer-format']).toContain(result.code);
        refused++;
      }),
      { numRuns: 800 },
    );
    expect(refused).toBeGreaterThan(100);
  });

  it('is refused for a later version, and for one that never was', async () => {
    const bytes = Buffer.from(encodeMap(one(undefined), needs));
    bytes[0] = 2;
    expect(await codeOf(() => decodeMap(bytes, needs))).toBe('store.newer-format');
    bytes[0] = 0;
    expect(await codeOf(() => decodeMap(bytes, needs))).toBe('object.malformed');
  });

  it('is refused when it points to nothing, or to an object of another kind', async () => {
    const bytes = encodeMap(one(undefined), needs);
    expect(await codeOf(() => decodeMap(bytes, needs.slice(0, 2)))).toBe('object.malformed');
    expect(await codeOf(() => decodeMap(bytes, []))).toBe('object.malformed');
    const swapped = needs.map(({ kind, ...rest }): NeededObject => ({
      kind: kind === 'chunk' ? 'table' : 'chunk',
      ...rest,
    }));
    expect(await codeOf(() => decodeMap(bytes, swapped))).toBe('object.malformed');
    const fewerTables = Buffer.from(bytes);
    // The chunk's table is index 0 of one table; index 1 is none.
    fewerTables[5] = 1;
    expect(await codeOf(() => decodeMap(fewerTables, needs))).toBe('object.malformed');
  });

  it('is refused for a live map that speaks of rows the chunk does not have, or is of no known kind', async () => {
    const bytes = Buffer.from(encodeMap(one(Uint8Array.of(0xff, 0x03)), needs));
    expect(decodeMap(bytes, needs).rowChunks[0]!.live).toEqual(Uint8Array.of(0xff, 0x03));
    const bits = bytes.indexOf(Buffer.of(1, 0xff, 0x03));
    bytes[bits + 2] = 0x07;
    expect(await codeOf(() => decodeMap(bytes, needs))).toBe('object.malformed');
    bytes[bits + 2] = 0x03;
    bytes[bits] = 2;
    expect(await codeOf(() => decodeMap(bytes, needs))).toBe('object.malformed');
  });

  it('cannot make its reader take memory that its own length does not warrant', async () => {
    const begin = (): ByteWriter => new ByteWriter().u8(1).varint(1).varint(1);
    const claims = [
      new ByteWriter().u8(1).varint(2 ** 50),
      begin().varint(2 ** 50),
      begin()
        .varint(0)
        .varint(2 ** 50),
      begin()
        .varint(1)
        .varint(4)
        .varint(0)
        .varint(0)
        .varint((1 << 20) + 1)
        .varint(9)
        .varint(1)
        .varint(0)
        .u8(0)
        .varint(0),
    ];
    for (const claim of claims) {
      expect(await codeOf(() => decodeMap(claim.finish(), needs))).toBe('object.malformed');
    }
  });
});
