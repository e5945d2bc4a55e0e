import { type webcrypto } from 'node:crypto';
import { CipherSuite, DhkemX25519HkdfSha256, ExportOnly, HkdfSha256 } from '@hpke/core';
import { XWing } from '@hpke/hybridkem-x-wing';
import { ml_kem768_x25519 as noble } from '@noble/post-quantum/hybrid.js';
import fc from 'fast-check';
import { CHUNK_SUITE, hpkeExporter } from './hpke-exporter.ts';
import {
  expandXWingSeed,
  generateXWingSeed,
  parseXWingPublicKey,
  xWingDecapsulate,
  xWingEncapsulate,
  xWingPublicKeyOf,
} from './x-wing.ts';

const hex = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, 'hex'));
const toHex = (bytes: ArrayBuffer | Uint8Array): string => Buffer.from(new Uint8Array(bytes)).toString('hex');
const bufferOf = (bytes: Uint8Array): ArrayBuffer => new Uint8Array(bytes).buffer;

describe('the HPKE exporter', () => {
  it('agrees with RFC 9180, appendix A.7.1 (X25519, HKDF-SHA256, export only, base mode)', async () => {
    const kem = new DhkemX25519HkdfSha256();
    const recipientKey = (await kem.importKey(
      'raw',
      bufferOf(hex('33d196c830a12f9ac65d6e565a590d80f04ee9b19c83c87f2c170d972a812848')),
      false,
    )) as webcrypto.CryptoKey;
    const sharedSecret = await kem.decap({
      recipientKey,
      enc: bufferOf(hex('e5e8f9bfff6c2f29791fc351d2c25ce1299aa5eaca78a757c0b4fb4bcd830918')),
    });
    const exporter = hpkeExporter(
      { kem: 0x0020, aead: 0xffff },
      new Uint8Array(sharedSecret),
      hex('4f6465206f6e2061204772656369616e2055726e'),
    );
    expect(toHex(exporter(new Uint8Array(0)))).toBe(
      '7a36221bd56d50fb51ee65edfd98d06a23c4dc87085aa5866cb7087244bd2a36',
    );
    expect(toHex(exporter(hex('00')))).toBe(
      'd5535b87099c6c3ce80dc112a2671c6ec8e811a2f284f948cec6dd1708ee33f0',
    );
    expect(toHex(exporter(hex('54657374436f6e74657874')))).toBe(
      'ffaabc85a776136ca0c378e5d084c9140ab552b78f039d2e8775f26efff4c70e',
    );
  });

  it('agrees with the vector of draft-ietf-hpke-pq for X-Wing (MLKEM768-X25519, HKDF-SHA256)', () => {
    const seed = hex('b3f98b03126a431ccecc62ae0f68e102c2d8e1cc7b21ba85d821d8e31761e0f8');
    const ikmE = hex(
      'a3a869097e0241158eca5dc6c9e695f9e0d2ee5db51c09c435aab69d56509a43' +
        'd94ff76d7d47cf79ecf75394261236cec024bd849cc782e14f7f0738af83daed',
    );
    const { cipherText } = noble.encapsulate(xWingPublicKeyOf(seed), ikmE);
    const sharedSecret = xWingDecapsulate(expandXWingSeed(seed), cipherText);
    expect(toHex(sharedSecret)).toBe('b90cf181d95351d1091569487caaf6c3434eeb181a2c4c04631980ce139afa67');

    const info = hex('34663634363532303666366532303631323034373732363536333639363136653230353537323665');
    const exporter = hpkeExporter({ kem: 0x647a, aead: 0x0003 }, sharedSecret, info);
    expect(toHex(exporter(hex('70736575646f72616e646f6d30')))).toBe(
      '74e80a263b1c880d6d71a7525e6ba39ddf1024e53e32765d91db4924d44baff1',
    );
    expect(toHex(exporter(hex('70736575646f72616e646f6d31')))).toBe(
      '697c3732b9b884d51d3a20ce3049cf29b5c34e19b3a9943df9d93a59b505ef13',
    );
  });

  it('exports what hpke-js exports for the suite of chunks, whoever of the two is the sender', async () => {
    const suite = new CipherSuite({ kem: new XWing(), kdf: new HkdfSha256(), aead: new ExportOnly() });
    const seed = generateXWingSeed();
    const keys = (await new XWing().generateKeyPairDerand(seed)) as webcrypto.CryptoKeyPair;
    const publicKey = parseXWingPublicKey(xWingPublicKeyOf(seed));
    const bytes = fc.uint8Array({ maxLength: 100 });

    await fc.assert(
      fc.asyncProperty(bytes, bytes, async (info, exporterContext) => {
        const ours = xWingEncapsulate(publicKey);
        const recipient = await suite.createRecipientContext({
          recipientKey: keys.privateKey,
          enc: bufferOf(ours.encapsulation),
          info: bufferOf(info),
        });
        expect(toHex(await recipient.export(bufferOf(exporterContext), 32))).toBe(
          toHex(hpkeExporter(CHUNK_SUITE, ours.sharedSecret, info)(exporterContext)),
        );

        const sender = await suite.createSenderContext({
          recipientPublicKey: keys.publicKey,
          info: bufferOf(info),
        });
        const secret = xWingDecapsulate(expandXWingSeed(seed), new Uint8Array(sender.enc));
        expect(toHex(await sender.export(bufferOf(exporterContext), 32))).toBe(
          toHex(hpkeExporter(CHUNK_SUITE, secret, info)(exporterContext)),
        );
      }),
      { numRuns: 10 },
    );
  });
});
