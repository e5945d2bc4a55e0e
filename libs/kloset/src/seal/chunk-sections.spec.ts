import { createDecipheriv, type webcrypto } from 'node:crypto';
import { CipherSuite, ExportOnly, HkdfSha256 } from '@hpke/core';
import { XWing } from '@hpke/hybridkem-x-wing';
import fc from 'fast-check';
import { KlosetStoreError } from '../errors.ts';
import { openWith, SECTION_OVERHEAD, sealTo } from './chunk-sections.ts';
import { encodeContext, type SealContext } from './seal-context.ts';
import { generateXWingSeed, X_WING, xWingPublicKeyOf } from './x-wing.ts';

const privateKey = generateXWingSeed();
const publicKey = xWingPublicKeyOf(privateKey);
const context: SealContext = {
  format: 1,
  store: '00112233445566778899aabbccddeeff',
  cluster: 'ffeeddccbbaa99887766554433221100',
  kind: 'chunk',
  id: '',
  epoch: 1,
};
const header = Buffer.from('header');
const keys = { plain: Buffer.from('the keys'), aad: header };
const values = { plain: Buffer.from('the values, which are longer'), aad: header };

const codeOf = (call: () => unknown): string => {
  try {
    call();
  } catch (error) {
    if (error instanceof KlosetStoreError) return error.code;
    throw error;
  }
  return 'it did not fail';
};

describe('sealed sections of a chunk', () => {
  it('open to what was sealed, in any order, each without the others', () => {
    const section = fc.record({
      plain: fc.uint8Array({ maxLength: 500 }),
      aad: fc.option(fc.uint8Array({ maxLength: 50 }), { nil: undefined }),
    });
    fc.assert(
      fc.property(fc.array(section, { maxLength: 4 }), (sections) => {
        const { enc, sealed } = sealTo(publicKey, context, sections);
        expect(enc).toHaveLength(X_WING.encapsulationBytes);
        for (const index of [...sections.keys()].reverse()) {
          const { plain, aad } = sections[index]!;
          expect(sealed[index]).toHaveLength(plain.length + SECTION_OVERHEAD);
          const opener = openWith(privateKey, enc, context, sections.length);
          expect(Buffer.from(opener.open(index, sealed[index]!, aad))).toEqual(Buffer.from(plain));
        }
      }),
    );
  });

  it('do not open with any bit of a section flipped', () => {
    const { enc, sealed } = sealTo(publicKey, context, [keys]);
    const opener = openWith(privateKey, enc, context, 1);
    for (let bit = 0; bit < sealed[0]!.length * 8; bit += 1) {
      const altered = Uint8Array.from(sealed[0]!);
      altered[bit >> 3]! ^= 1 << (bit & 7);
      expect(codeOf(() => opener.open(0, altered, header))).toBe('seal.does-not-open');
    }
  });

  it('do not open with any bit of the encapsulated key flipped', () => {
    const { enc, sealed } = sealTo(publicKey, context, [keys]);
    const flips = [...Array(X_WING.encapsulationBytes).keys()].map((byte) => byte * 8 + (byte % 8));
    // Every bit of the X25519 key, whose highest bit is not part of the number and is bound by the hash alone.
    for (let bit = 1088 * 8; bit < 1120 * 8; bit += 1) flips.push(bit);
    for (const bit of flips) {
      const altered = Uint8Array.from(enc);
      altered[bit >> 3]! ^= 1 << (bit & 7);
      const open = (): unknown => openWith(privateKey, altered, context, 1).open(0, sealed[0]!, header);
      expect(codeOf(open)).toBe('seal.does-not-open');
    }
  });

  it('do not open with an encapsulated key that is cut short or a point of low order', () => {
    const { enc, sealed } = sealTo(publicKey, context, [keys]);
    const zero = Uint8Array.from(enc).fill(0, 1088);
    for (const wrong of [enc.subarray(1), new Uint8Array(0), zero]) {
      const open = (): unknown => openWith(privateKey, wrong, context, 1).open(0, sealed[0]!, header);
      expect(codeOf(open)).toBe('seal.does-not-open');
    }
  });

  it('cannot be exchanged, left out, repeated or read under another header', () => {
    const { enc, sealed } = sealTo(publicKey, context, [keys, values]);
    const both = openWith(privateKey, enc, context, 2);
    expect(codeOf(() => both.open(0, sealed[1]!, header))).toBe('seal.does-not-open');
    expect(codeOf(() => both.open(1, sealed[0]!, header))).toBe('seal.does-not-open');
    expect(codeOf(() => both.open(1, sealed[1]!, Buffer.from('Header')))).toBe('seal.does-not-open');
    expect(codeOf(() => both.open(1, sealed[1]!))).toBe('seal.does-not-open');
    for (const count of [1, 3]) {
      const other = openWith(privateKey, enc, context, count);
      expect(codeOf(() => other.open(0, sealed[0]!, header))).toBe('seal.does-not-open');
    }
    const second = sealTo(publicKey, context, [keys, values]);
    expect(codeOf(() => both.open(0, second.sealed[0]!, header))).toBe('seal.does-not-open');
  });

  it.each<[string, Partial<SealContext>]>([
    ['another cluster', { cluster: 'ffeeddccbbaa99887766554433221101' }],
    ['another store', { store: '00112233445566778899aabbccddeefe' }],
    ['another epoch', { epoch: 2 }],
    ['another kind', { kind: 'table' }],
    ['another format', { format: 2 }],
  ])('do not open in %s', (_where, change) => {
    const { enc, sealed } = sealTo(publicKey, context, [keys]);
    const opener = openWith(privateKey, enc, { ...context, ...change }, 1);
    expect(codeOf(() => opener.open(0, sealed[0]!, header))).toBe('seal.does-not-open');
  });

  it('do not open with another private key', () => {
    const { enc, sealed } = sealTo(publicKey, context, [keys]);
    const opener = openWith(generateXWingSeed(), enc, context, 1);
    expect(codeOf(() => opener.open(0, sealed[0]!, header))).toBe('seal.does-not-open');
  });

  it('can be opened with another HPKE implementation, as documented', async () => {
    const { enc, sealed } = sealTo(publicKey, context, [keys, values]);
    const suite = new CipherSuite({ kem: new XWing(), kdf: new HkdfSha256(), aead: new ExportOnly() });
    const pair = (await new XWing().generateKeyPairDerand(privateKey)) as webcrypto.CryptoKeyPair;
    const hpke = await suite.createRecipientContext({
      recipientKey: pair.privateKey,
      enc: Uint8Array.from(enc).buffer,
      info: Uint8Array.from(encodeContext(context)).buffer,
    });
    const label = Buffer.from('etcd-kloset/v1/chunk-section');
    const exporterContext = Buffer.concat([
      ...[Buffer.of(0, 0, 0, label.length), label],
      ...[Buffer.of(0, 0, 0, 4), Buffer.of(0, 0, 0, 1)],
      ...[Buffer.of(0, 0, 0, 4), Buffer.of(0, 0, 0, 2)],
    ]);
    const key = Buffer.from(await hpke.export(Uint8Array.from(exporterContext).buffer, 32));
    const decipher = createDecipheriv('aes-256-gcm', key, Buffer.alloc(12));
    decipher.setAAD(header);
    decipher.setAuthTag(sealed[1]!.subarray(-16));
    const plain = Buffer.concat([decipher.update(sealed[1]!.subarray(0, -16)), decipher.final()]);
    expect(plain).toEqual(values.plain);
  });
});
