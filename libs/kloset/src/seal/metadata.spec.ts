import { createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { KlosetStoreError } from '../errors.ts';
import { METADATA_OVERHEAD, openMetadata, sealMetadata } from './metadata.ts';
import { encodeContext, type SealContext } from './seal-context.ts';

const key = new Uint8Array(randomBytes(32));
const context: SealContext = {
  format: 1,
  store: '00112233445566778899aabbccddeeff',
  cluster: 'ffeeddccbbaa99887766554433221100',
  kind: 'snapshot',
  id: '20260102T030405Z-abcd',
  epoch: 1,
};

const errorOf = (call: () => unknown): KlosetStoreError => {
  try {
    call();
  } catch (error) {
    if (error instanceof KlosetStoreError) return error;
    throw error;
  }
  throw new Error('it should have failed');
};

describe('sealed metadata', () => {
  it('opens to what was sealed, whatever that is, and costs 48 bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 3000 }), (plain) => {
        const sealed = sealMetadata({ key, context }, plain);
        expect(sealed).toHaveLength(plain.length + METADATA_OVERHEAD);
        expect(Buffer.from(openMetadata({ key, context }, sealed))).toEqual(Buffer.from(plain));
      }),
    );
  });

  it('does not open with any bit flipped', () => {
    const sealed = sealMetadata({ key, context }, Buffer.from('a record'));
    for (let bit = 0; bit < sealed.length * 8; bit += 1) {
      const altered = Uint8Array.from(sealed);
      altered[bit >> 3]! ^= 1 << (bit & 7);
      expect(errorOf(() => openMetadata({ key, context }, altered)).code).toBe('seal.does-not-open');
    }
  });

  it('does not open when it is cut short or added to', () => {
    const sealed = sealMetadata({ key, context }, Buffer.from('a record'));
    for (let length = 0; length < sealed.length; length += 1) {
      const cut = sealed.subarray(0, length);
      expect(errorOf(() => openMetadata({ key, context }, cut)).code).toBe('seal.does-not-open');
    }
    const longer = Buffer.concat([sealed, Buffer.of(0)]);
    expect(errorOf(() => openMetadata({ key, context }, longer)).code).toBe('seal.does-not-open');
  });

  it.each<[string, Partial<SealContext>]>([
    ['under another name', { id: '20260102T030405Z-abce' }],
    ['as another kind', { kind: 'note' }],
    ['in another cluster', { cluster: 'ffeeddccbbaa99887766554433221101' }],
    ['as the store’s own', { cluster: undefined }],
    ['in another store', { store: '00112233445566778899aabbccddeefe' }],
    ['in another epoch', { epoch: 2 }],
    ['in another format', { format: 2 }],
    ['with its name’s end moved to its kind', { kind: 'snapshot2', id: '0260102T030405Z-abcd' }],
  ])('does not open %s', (_where, change) => {
    const sealed = sealMetadata({ key, context }, Buffer.from('a record'));
    const error = errorOf(() => openMetadata({ key, context: { ...context, ...change } }, sealed));
    expect(error.code).toBe('seal.does-not-open');
  });

  it('does not open with another key, and says what may be wrong and with what', () => {
    const sealed = sealMetadata({ key, context }, Buffer.from('a record'));
    const error = errorOf(() => openMetadata({ key: new Uint8Array(randomBytes(32)), context }, sealed));
    expect(error.message).toContain('snapshot 20260102T030405Z-abcd');
    expect(error.message).toMatch(/damaged or altered.*another name.*key/);
    expect(error.advice).toBeDefined();
  });

  it('seals the same text to other bytes each time', () => {
    const sealed = [1, 2].map(() => sealMetadata({ key, context }, Buffer.from('a record')));
    expect(Buffer.from(sealed[0]!)).not.toEqual(Buffer.from(sealed[1]!));
  });

  it('is laid out as documented', () => {
    const sealed = Buffer.from(sealMetadata({ key, context }, Buffer.from('a record')));
    const label = Buffer.from('etcd-kloset/v1/metadata-object');
    const info = Buffer.concat([Buffer.of(0, 0, 0, label.length), label]);
    const objectKey = Buffer.from(hkdfSync('sha256', key, sealed.subarray(0, 32), info, 32));
    const decipher = createDecipheriv('aes-256-gcm', objectKey, Buffer.alloc(12));
    decipher.setAAD(encodeContext(context));
    decipher.setAuthTag(sealed.subarray(-16));
    const plain = decipher.update(sealed.subarray(32, -16), undefined, 'utf8') + decipher.final('utf8');
    expect(plain).toBe('a record');
    expect(Buffer.from(encodeContext(context)).toString('hex')).toBe(
      [
        '00000016' + Buffer.from('etcd-kloset/v1/context').toString('hex'),
        '00000004' + '00000001',
        '00000010' + context.store,
        '00000010' + context.cluster!,
        '00000008' + Buffer.from('snapshot').toString('hex'),
        '00000015' + Buffer.from('20260102T030405Z-abcd').toString('hex'),
        '00000004' + '00000001',
      ].join(''),
    );
  });

  it('takes an id that is none for a mistake in the program', () => {
    expect(() => sealMetadata({ key, context: { ...context, cluster: 'prod' } }, key)).toThrow(TypeError);
  });
});
