import { hash, type webcrypto } from 'node:crypto';
import { ml_kem768_x25519 as noble } from '@noble/post-quantum/hybrid.js';
import { XWing } from '@hpke/hybridkem-x-wing';
import {
  expandXWingSeed,
  generateXWingSeed,
  parseXWingPublicKey,
  X_WING,
  xWingDecapsulate,
  xWingEncapsulate,
  xWingPublicKeyOf,
} from './x-wing.ts';

/**
 * draft-connolly-cfrg-xwing-kem, appendix C. Of the long values (public key, ciphertext) the SHA-256 is kept.
 * The ciphertext is made again from `eseed` by an implementation that takes one, which OpenSSL does not.
 */
const DRAFT_VECTORS = [
  {
    seed: '7f9c2ba4e88f827d616045507605853ed73b8093f6efbc88eb1a6eacfa66ef26',
    eseed:
      '3cb1eea988004b93103cfb0aeefd2a686e01fa4a58e8a3639ca8a1e3f9ae57e2' +
      '35b8cc873c23dc62b8d260169afa2f75ab916a58d974918835d25e6a435085b2',
    publicKeyDigest: '2e816deebcd76c5c80d0cd2d174478871658e8e2ff42bc9d4a6e486372e856bb',
    ciphertextDigest: '17cd532d657e44c897ca6583e548a5424fc70bf54f99515a4d2bcf99e3469f33',
    sharedSecret: 'd2df0522128f09dd8e2c92b1e905c793d8f57a54c3da25861f10bf4ca613e384',
  },
  {
    seed: 'badfd6dfaac359a5efbb7bcc4b59d538df9a04302e10c8bc1cbf1a0b3a5120ea',
    eseed:
      '17cda7cfad765f5623474d368ccca8af0007cd9f5e4c849f167a580b14aabdef' +
      'aee7eef47cb0fca9767be1fda69419dfb927e9df07348b196691abaeb580b32d',
    publicKeyDigest: 'c42ba5f8430d7d2c83739338203819f090e8303ce9c8b02107c272bfa5376916',
    ciphertextDigest: '1661ea86d608a1924ba30840cb0a65f13ae051e3aec9cf0f064efc0bc92f2154',
    sharedSecret: 'f2e86241c64d60f6649fbc6c5b7d17180b780a3f34355e64a85749949c45f150',
  },
  {
    seed: 'ef58538b8d23f87732ea63b02b4fa0f4873360e2841928cd60dd4cee8cc0d4c9',
    eseed:
      '22a96188d032675c8ac850933c7aff1533b94c834adbb69c6115bad4692d8619' +
      'f90b0cdf8a7b9c264029ac185b70b83f2801f2f4b3f70c593ea3aeeb613a7f1b',
    publicKeyDigest: '6b080d6b84f095342092fa7a22423e58bd681397ad0ef00eac92bd254db4fa95',
    ciphertextDigest: 'd3ca5578500344b5896cffc4fd740c9311946b82951df155e6fd86a7966b43c6',
    sharedSecret: '953f7f4e8c5b5049bdc771d1dffada0dd961477d1a2ae0988baa7ea6898d893f',
  },
];

const hex = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, 'hex'));
const toHex = (bytes: ArrayBuffer | Uint8Array): string => Buffer.from(new Uint8Array(bytes)).toString('hex');

describe('X-Wing', () => {
  it.each(DRAFT_VECTORS)('agrees with the vectors of the draft for seed $seed', (vector) => {
    const publicKey = xWingPublicKeyOf(hex(vector.seed));
    expect(hash('sha256', publicKey)).toBe(vector.publicKeyDigest);

    const { cipherText } = noble.encapsulate(publicKey, hex(vector.eseed));
    expect(hash('sha256', cipherText)).toBe(vector.ciphertextDigest);

    const secret = xWingDecapsulate(expandXWingSeed(hex(vector.seed)), cipherText);
    expect(toHex(secret)).toBe(vector.sharedSecret);
  });

  it('shares its secrets with noble-post-quantum, in both directions', () => {
    for (let round = 0; round < 5; round += 1) {
      const seed = generateXWingSeed();
      const publicKey = xWingPublicKeyOf(seed);
      expect(toHex(publicKey)).toBe(toHex(noble.keygen(seed).publicKey));

      const ours = xWingEncapsulate(parseXWingPublicKey(publicKey));
      expect(toHex(noble.decapsulate(ours.encapsulation, seed))).toBe(toHex(ours.sharedSecret));

      const theirs = noble.encapsulate(publicKey);
      expect(toHex(xWingDecapsulate(expandXWingSeed(seed), theirs.cipherText))).toBe(
        toHex(theirs.sharedSecret),
      );
    }
  });

  it('shares its secrets with hpke-js, in both directions', async () => {
    const kem = new XWing();
    const seed = generateXWingSeed();
    const pair = (await kem.generateKeyPairDerand(seed)) as webcrypto.CryptoKeyPair;
    const { publicKey, privateKey } = pair;
    const publicBytes = new Uint8Array(await kem.serializePublicKey(publicKey));
    expect(toHex(publicBytes)).toBe(toHex(xWingPublicKeyOf(seed)));

    const ours = xWingEncapsulate(parseXWingPublicKey(publicBytes));
    const enc = new Uint8Array(ours.encapsulation).buffer;
    expect(toHex(await kem.decap({ recipientKey: privateKey, enc }))).toBe(toHex(ours.sharedSecret));

    const theirs = await kem.encap({ recipientPublicKey: publicKey });
    const secret = xWingDecapsulate(expandXWingSeed(seed), new Uint8Array(theirs.enc));
    expect(toHex(secret)).toBe(toHex(theirs.sharedSecret));
  });

  it('makes another secret and another encapsulation each time', () => {
    const publicKey = parseXWingPublicKey(xWingPublicKeyOf(generateXWingSeed()));
    const [first, second] = [xWingEncapsulate(publicKey), xWingEncapsulate(publicKey)];
    expect(toHex(first.sharedSecret)).not.toBe(toHex(second.sharedSecret));
    expect(toHex(first.encapsulation)).not.toBe(toHex(second.encapsulation));
    expect(first.encapsulation).toHaveLength(X_WING.encapsulationBytes);
  });

  it('refuses keys and encapsulations of another length', () => {
    const seed = generateXWingSeed();
    expect(() => parseXWingPublicKey(new Uint8Array(1215))).toThrow(RangeError);
    expect(() => expandXWingSeed(new Uint8Array(31))).toThrow(RangeError);
    expect(() => xWingDecapsulate(expandXWingSeed(seed), new Uint8Array(1121))).toThrow(RangeError);
  });
});
