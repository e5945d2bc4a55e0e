import {
  addEpoch,
  createMasterBundle,
  credentialRing,
  issueWriterCredential,
  ownerRing,
} from '../keys/index.ts';
import { codeOf } from '../spec-support/malformed-bytes.ts';
import { openObject, sealObject, type MetadataKind } from './metadata-object.ts';

const bundle = createMasterBundle();
const ring = ownerRing(bundle);
const cluster = ring.clusterIdOf('prod');
const TABLE: MetadataKind = { magic: 'KLT', kind: 'table', id: '' };
const NOTE: MetadataKind = { magic: 'KLN', kind: 'note', id: '20261124t193145123z-9f86d081' };
const CONFIG: MetadataKind = { magic: 'KLG', kind: 'config', id: '00000001' };
const plain = Buffer.from('what is told '.repeat(20));
const seal = (what: MetadataKind, by = ring, where = cluster): Buffer =>
  Buffer.concat(sealObject(by, where, what, [plain.subarray(0, 9), plain.subarray(9)]));
const opened = (bytes: Uint8Array, what: MetadataKind, by = ring, where = cluster) =>
  Buffer.from(openObject(by, where, what, bytes, 'x'));

describe.each([
  ['a table', TABLE],
  ['a note', NOTE],
  ['a configuration', CONFIG],
])('%s', (_, what) => {
  it('opens for every key of its cluster, also once the keys were rotated, and for no other', async () => {
    const object = seal(what);
    expect(opened(object, what)).toEqual(plain);
    expect(opened(object, what, ownerRing(addEpoch(bundle)))).toEqual(plain);
    expect(opened(object, what, credentialRing(issueWriterCredential(bundle, 'prod')))).toEqual(plain);
    const stranger = ownerRing(createMasterBundle());
    expect(await codeOf(() => opened(object, what, stranger))).toBe('seal.does-not-open');
    const older = ownerRing(bundle);
    expect(await codeOf(() => opened(seal(what, ownerRing(addEpoch(bundle))), what, older))).toBe(
      'key.epoch',
    );
  });

  it('does not open as another cluster’s, another kind, or under another name', async () => {
    const object = seal(what);
    const elsewhere = ring.clusterIdOf('test');
    expect(await codeOf(() => opened(object, what, ring, elsewhere))).toBe('seal.does-not-open');
    const others = ['table', 'note', 'config'] as const;
    for (const kind of others.filter((each) => each !== what.kind))
      expect(await codeOf(() => opened(object, { ...what, kind }))).toBe('seal.does-not-open');
    if (what.id !== '') {
      expect(await codeOf(() => opened(object, { ...what, id: `${what.id.slice(0, -1)}9` }))).toBe(
        'seal.does-not-open',
      );
    }
  });

  it('fails with any bit flipped, and wherever it is cut', async () => {
    const object = seal(what);
    for (let bit = 0; bit < object.length * 8; bit += 3) {
      const altered = Buffer.from(object);
      altered[bit >> 3]! ^= 1 << (bit & 7);
      const code = await codeOf(() => opened(altered, what));
      // What ends with its digest is known to be rotten before anything else is looked at.
      const expected =
        what.id === ''
          ? ['object.malformed', 'store.newer-format', 'seal.does-not-open', 'key.epoch']
          : ['object.rotten'];
      expect(expected).toContain(code);
    }
    for (let length = 0; length < object.length; length++)
      expect(await codeOf(() => opened(object.subarray(0, length), what))).not.toBe('it did not fail');
  });
});

it('only what is not named after its bytes ends with their digest', () => {
  const [table, note] = [seal(TABLE), seal(NOTE)];
  expect(note.length - table.length).toBe(32);
});
