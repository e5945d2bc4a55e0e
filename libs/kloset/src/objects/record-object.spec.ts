import { hash } from 'node:crypto';
import {
  addEpoch,
  createMasterBundle,
  credentialRing,
  issueKeeperCredential,
  ownerRing,
} from '../keys/index.ts';
import { type NeededObject, type SnapshotMap } from '../format/snapshot-map.ts';
import { withTrailer } from '../seal/index.ts';
import { codeOf } from '../spec-support/malformed-bytes.ts';
import { sampleSummary } from '../spec-support/sample-summary.ts';
import { openMap, openSummary, readRecord, sealRecord } from './record-object.ts';

const bundle = createMasterBundle();
const ring = ownerRing(bundle);
const cluster = ring.clusterIdOf('prod');
const summary = sampleSummary();
const digest = (text: string): string => hash('sha256', text, 'hex');
const needs: NeededObject[] = [
  { kind: 'chunk', digest: digest('rows'), size: 100 },
  { kind: 'chunk', digest: digest('buckets'), size: 2 ** 40 },
  { kind: 'table', digest: digest('table'), size: 7 },
];
const map: SnapshotMap = {
  tables: [{ digest: digest('table'), size: 7 }],
  rowChunks: [
    {
      digest: digest('rows'),
      objectSize: 100,
      table: digest('table'),
      section: 0,
      rows: 3,
      plainBytes: 90,
      firstMain: 2,
      firstSub: 0,
      live: Uint8Array.of(0b101),
    },
  ],
  bucketChunks: [{ digest: digest('buckets'), size: 2 ** 40 }],
};
const seal = (by = ring): Buffer => Buffer.concat(sealRecord(by, cluster, summary, map, needs));
const object = seal();

function opened(bytes: Uint8Array, id = summary.id, by = ring, where = cluster) {
  const record = readRecord(bytes, 'x');
  return {
    record,
    summary: openSummary(by, where, id, record, 'x'),
    map: openMap(by, where, id, record, 'x'),
  };
}

/** The record's parts; each begins where the one before ends. */
function partsOf(bytes: Buffer): { head: Buffer; summary: Buffer; map: Buffer; list: Buffer } {
  const sizes = [9, 13, 17].map((at) => bytes.readUInt32LE(at));
  const [s, m, l] = sizes as [number, number, number];
  const at = 21;
  return {
    head: bytes.subarray(0, at),
    summary: bytes.subarray(at, at + s),
    map: bytes.subarray(at + s, at + s + m),
    list: bytes.subarray(at + s + m, at + s + m + l),
  };
}

describe('a snapshot record', () => {
  it('opens to its summary and its map, and lists what it needs in the plain', () => {
    const { record, ...sealed } = opened(object);
    expect(sealed.summary).toEqual(summary);
    const [chunk] = sealed.map.rowChunks;
    expect({ ...chunk, live: Uint8Array.from(chunk!.live!) }).toEqual(map.rowChunks[0]);
    expect(sealed.map).toMatchObject({ tables: map.tables, bucketChunks: map.bucketChunks });
    expect(record).toMatchObject({ epoch: 1, needs });
    const parts = partsOf(object);
    expect(parts.list[0]).toBe(3);
    expect(parts.list.indexOf(Buffer.from(digest('table'), 'hex'))).toBeGreaterThan(0);
    expect(object.length).toBe(Buffer.concat(Object.values(parts)).length + 32);
    for (const secret of ['prod', summary.id, 'proven']) expect(object.includes(secret)).toBe(false);
  });

  it('opens for a keeper, and for the owner once keys were rotated', () => {
    for (const by of [credentialRing(issueKeeperCredential(bundle)), ownerRing(addEpoch(bundle))])
      expect(opened(object, summary.id, by).summary).toEqual(summary);
  });

  it('does not open under another id, in another cluster, or with a stranger’s key', async () => {
    const renamed = summary.id.replace(/.$/, '0');
    expect(await codeOf(() => opened(object, renamed))).toBe('seal.does-not-open');
    const record = readRecord(object, 'x');
    expect(await codeOf(() => openMap(ring, cluster, renamed, record, 'x'))).toBe('seal.does-not-open');
    const elsewhere = ring.clusterIdOf('test');
    expect(await codeOf(() => opened(object, summary.id, ring, elsewhere))).toBe('seal.does-not-open');
    expect(await codeOf(() => openMap(ring, elsewhere, summary.id, record, 'x'))).toBe('seal.does-not-open');
    const stranger = ownerRing(createMasterBundle());
    expect(await codeOf(() => opened(object, summary.id, stranger))).toBe('seal.does-not-open');
  });

  it('is rotten with any bit flipped behind its header, and never sound with one in it', async () => {
    for (let bit = 0; bit < object.length * 8; bit += 5) {
      const altered = Buffer.from(object);
      altered[bit >> 3]! ^= 1 << (bit & 7);
      const code = await codeOf(() => opened(altered));
      expect(
        bit < 40 ? ['object.malformed', 'store.newer-format', 'object.rotten'] : ['object.rotten'],
      ).toContain(code);
    }
  });

  it('fails wherever it is cut', async () => {
    for (let length = 0; length < object.length; length++)
      expect(['object.malformed', 'object.rotten']).toContain(
        await codeOf(() => readRecord(object.subarray(0, length), 'x')),
      );
  });

  it('binds its list: needs that somebody changed, with the digest put right, do not go with the map', async () => {
    const { head, summary: sealedSummary, map: sealedMap, list } = partsOf(object);
    const shorter = Buffer.from(list);
    // The size of the last object.
    shorter[shorter.length - 1] = 8;
    const forged = Buffer.concat(withTrailer([head, sealedSummary, sealedMap, shorter]));
    const record = readRecord(forged, 'x');
    expect(record.needs.at(-1)).toMatchObject({ size: 8 });
    expect(await codeOf(() => openMap(ring, cluster, summary.id, record, 'x'))).toBe('seal.does-not-open');
  });

  it('does not open with the summary of one record and the map of another taken for each other', async () => {
    const { head, summary: sealedSummary, map: sealedMap, list } = partsOf(object);
    const swapped = Buffer.from(head);
    swapped.writeUInt32LE(sealedMap.length, 9);
    swapped.writeUInt32LE(sealedSummary.length, 13);
    const forged = Buffer.concat(withTrailer([swapped, sealedMap, sealedSummary, list]));
    expect(await codeOf(() => opened(forged))).toBe('seal.does-not-open');
  });

  it.each([
    ['an object of an unknown kind', (list: Buffer) => (list[1] = 3)],
    ['more objects than there are', (list: Buffer) => (list[0] = 4)],
    ['fewer objects than there are', (list: Buffer) => (list[0] = 2)],
  ])('is malformed when its list has %s', async (_, change) => {
    const { head, summary: sealedSummary, map: sealedMap, list } = partsOf(object);
    const changed = Buffer.from(list);
    change(changed);
    const forged = Buffer.concat(withTrailer([head, sealedSummary, sealedMap, changed]));
    expect(await codeOf(() => readRecord(forged, 'x'))).toBe('object.malformed');
  });

  it.each([9, 13, 17])('is malformed when the size at byte %d is not right', async (at) => {
    for (const size of [0, object.readUInt32LE(at) - 1, object.readUInt32LE(at) + 1, 2 ** 32 - 1]) {
      const body = Buffer.from(object.subarray(0, -32));
      body.writeUInt32LE(size, at);
      expect(['object.malformed', 'seal.does-not-open']).toContain(
        await codeOf(() => opened(Buffer.concat(withTrailer([body])))),
      );
    }
  });

  it('of a newer format says so even if it ends otherwise', async () => {
    const newer = Buffer.from(object);
    newer[3] = 2;
    expect(await codeOf(() => readRecord(newer, 'x'))).toBe('store.newer-format');
  });
});
