import { randomBytes } from 'node:crypto';
import { KlosetStoreError } from '../errors.ts';
import { checkKeeperSignature, keeperPublicKeyOf, signAsKeeper } from './keeper-signature.ts';
import { type SealContext } from './seal-context.ts';

const keeperKey = new Uint8Array(randomBytes(32));
const publicKey = keeperPublicKeyOf(keeperKey);
const context: SealContext = {
  format: 1,
  store: '00112233445566778899aabbccddeeff',
  cluster: 'ffeeddccbbaa99887766554433221100',
  kind: 'forgotten',
  id: 'a-snapshot',
  epoch: 1,
};
const body = Buffer.from('by the retention of 7 days');

const codeOf = (call: () => unknown): string => {
  try {
    call();
  } catch (error) {
    if (error instanceof KlosetStoreError) return error.code;
    throw error;
  }
  return 'it did not fail';
};

describe('a keeper’s signature', () => {
  it('agrees with RFC 8032, section 7.1, test 1, in the public key', () => {
    const secret = Buffer.from('9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60', 'hex');
    expect(Buffer.from(keeperPublicKeyOf(secret)).toString('hex')).toBe(
      'd75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a',
    );
  });

  it('holds for what was signed', () => {
    const signature = signAsKeeper(keeperKey, context, body);
    expect(codeOf(() => checkKeeperSignature(publicKey, context, body, signature))).toBe('it did not fail');
  });

  it('does not hold for another body, name, cluster or keeper, with a bit flipped or cut short', () => {
    const signature = signAsKeeper(keeperKey, context, body);
    const check = (
      key: Uint8Array,
      change: Partial<SealContext>,
      of: Uint8Array,
      with_: Uint8Array,
    ): string => codeOf(() => checkKeeperSignature(key, { ...context, ...change }, of, with_));
    const other = keeperPublicKeyOf(new Uint8Array(randomBytes(32)));
    const flipped = Uint8Array.from(signature);
    flipped[10]! ^= 4;
    expect(check(publicKey, {}, Buffer.from('another'), signature)).toBe('seal.not-the-keeper');
    expect(check(publicKey, { id: 'b-snapshot' }, body, signature)).toBe('seal.not-the-keeper');
    expect(check(publicKey, { cluster: context.store }, body, signature)).toBe('seal.not-the-keeper');
    expect(check(other, {}, body, signature)).toBe('seal.not-the-keeper');
    expect(check(publicKey, {}, body, flipped)).toBe('seal.not-the-keeper');
    expect(check(publicKey, {}, body, signature.subarray(1))).toBe('seal.not-the-keeper');
    expect(check(publicKey, {}, body, new Uint8Array(0))).toBe('seal.not-the-keeper');
  });
});
