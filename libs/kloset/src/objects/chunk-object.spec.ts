import fc from 'fast-check';
import { addEpoch, createMasterBundle, ownerRing } from '../keys/index.ts';
import { codeOf } from '../spec-support/malformed-bytes.ts';
import { CHUNK_KINDS, openChunk, sealChunk, type ChunkKind } from './chunk-object.ts';

const bundle = addEpoch(createMasterBundle());
const ring = ownerRing(bundle);
const here = { store: ring.store, cluster: ring.clusterIdOf('prod') };
const keyIn = (epoch: number) => ({ ...here, epoch });
const seal = (kind: ChunkKind, index: Uint8Array, values: Uint8Array, epoch = 2): Buffer =>
  Buffer.concat(sealChunk(ring.dataPublicKey(epoch), keyIn(epoch), kind, { index, values }));
const open = (bytes: Uint8Array, where = here) =>
  openChunk(bytes, (epoch) => ring.dataPrivateKey(epoch), where, 'x');

const index = Buffer.from('keys '.repeat(50));
const values = Buffer.from('values '.repeat(80));
const object = seal('rows', index, values);
/** Header, kind, sizes. */
const HEAD = 26;
const ENC = 1120;

describe('a chunk', () => {
  it('opens to its kind and its two sections, in either order and alone', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...CHUNK_KINDS),
        fc.uint8Array({ maxLength: 300 }),
        fc.uint8Array({ maxLength: 300 }),
        fc.constantFrom(1, 2),
        (kind, one, other, epoch) => {
          const opened = open(seal(kind, one, other, epoch));
          expect(opened.kind).toBe(kind);
          expect(Buffer.from(opened.values()).equals(other)).toBe(true);
          expect(Buffer.from(opened.index()).equals(one)).toBe(true);
        },
      ),
      { numRuns: 30 },
    );
  });

  it('lies as the format says: header, kind, sizes, encapsulated key, sections', () => {
    expect(object.toString('latin1', 0, 3)).toBe('KLC');
    expect(object.readUInt32LE(5)).toBe(2);
    expect(object[9]).toBe(1);
    expect([object.readUInt32LE(10), object.readUInt32LE(18)]).toEqual([index.length, values.length]);
    expect(HEAD + ENC + object.readUInt32LE(14) + object.readUInt32LE(22)).toBe(object.length);
    expect(seal('blocks', index, values)[9]).toBe(3);
    // What is alike is compressed.
    expect(object.length - HEAD - ENC).toBeLessThan(200);
  });

  it('does not open in another cluster, another store, or with another’s key', async () => {
    const elsewhere = { ...here, cluster: ring.clusterIdOf('test') };
    expect(await codeOf(() => open(object, elsewhere).index())).toBe('seal.does-not-open');
    expect(await codeOf(() => open(object, { ...here, store: '0'.repeat(32) }).index())).toBe(
      'seal.does-not-open',
    );
    const other = ownerRing(createMasterBundle());
    expect(await codeOf(() => openChunk(object, () => other.dataPrivateKey(1), here, 'x').index())).toBe(
      'seal.does-not-open',
    );
    expect(await codeOf(() => openChunk(object, () => ring.dataPrivateKey(1), here, 'x').index())).toBe(
      'seal.does-not-open',
    );
  });

  it('fails with any bit flipped: it never opens to something else', async () => {
    const flips = new Set<number>();
    for (let byte = 0; byte < object.length; byte++) {
      // The encapsulated key has tests of its own; one bit in sixteen bytes of it is enough here.
      if (byte < HEAD || byte >= HEAD + ENC) for (let bit = 0; bit < 8; bit++) flips.add(byte * 8 + bit);
      else if (byte % 16 === 0) flips.add(byte * 8 + (byte % 8));
    }
    for (const flip of flips) {
      const altered = Buffer.from(object);
      altered[flip >> 3]! ^= 1 << (flip & 7);
      const code = await codeOf(() => {
        const opened = open(altered);
        // A bit in one section leaves the other one sound.
        opened.index();
        opened.values();
      });
      expect(['object.malformed', 'store.newer-format', 'seal.does-not-open', 'key.epoch']).toContain(code);
    }
  });

  it('fails when it is cut or goes on, wherever', async () => {
    for (let length = 0; length < object.length; length += 7)
      expect(await codeOf(() => open(object.subarray(0, length)))).toBe('object.malformed');
    expect(await codeOf(() => open(Buffer.concat([object, Buffer.of(0)])))).toBe('object.malformed');
  });

  it('of a kind that is not known, or of a key epoch that is not held, says so', async () => {
    for (const kind of [0, 4]) {
      const altered = Buffer.from(object);
      altered[9] = kind;
      expect(await codeOf(() => open(altered))).toBe('object.malformed');
    }
    const later = Buffer.concat(sealChunk(ring.dataPublicKey(2), keyIn(3), 'rows', { index, values }));
    expect(await codeOf(() => open(later))).toBe('key.epoch');
  });
});
