import { hkdfSync, randomBytes } from 'node:crypto';
import {
  addEpoch,
  createMasterBundle,
  credentialRing,
  issueWriterCredential,
  ownerRing,
} from '@etcd-kloset/kloset';
import fc from 'fast-check';
import { PipelineError } from '../errors.ts';
import { openStaged, sealStaged, STAGED_OVERHEAD } from './staged-bytes.ts';
import { stagingAad, stagingKey, type StagingPlace } from './staging-key.ts';

const bundle = createMasterBundle();
const owner = ownerRing(bundle);
const prod = owner.clusterIdOf('prod');
const place: StagingPlace = { backup: 'b', attempt: 'a', sequence: 3, kind: 'chunk' };

describe('the key of what waits in staging', () => {
  it('is what the documentation says', () => {
    const expected = hkdfSync('sha256', owner.metadataKey(prod, 1), '', 'etcd-kloset staging v1', 32);
    expect(Buffer.from(stagingKey(owner, prod)).equals(Buffer.from(expected))).toBe(true);
  });

  it('is the same for all who may back the cluster up', () => {
    const key = stagingKey(owner, prod);
    expect(stagingKey(credentialRing(issueWriterCredential(bundle)), prod)).toEqual(key);
    expect(stagingKey(credentialRing(issueWriterCredential(bundle, 'prod')), prod)).toEqual(key);
  });

  it('is another one for another cluster, another store and another epoch', () => {
    const rotated = ownerRing(addEpoch(bundle));
    const other = ownerRing(createMasterBundle());
    const keys = [
      stagingKey(owner, prod),
      stagingKey(owner, owner.clusterIdOf('test')),
      stagingKey(other, other.clusterIdOf('prod')),
      stagingKey(rotated, prod),
    ].map((key) => Buffer.from(key).toString('hex'));
    expect(new Set(keys).size).toBe(4);
    // Who was given the new keys can still open what an old worker staged.
    expect(stagingKey(rotated, prod, 1)).toEqual(stagingKey(owner, prod));
  });

  it('is refused to the writer of another cluster', () => {
    const ring = credentialRing(issueWriterCredential(bundle, 'test'));
    expect(() => stagingKey(ring, prod)).toThrow(
      expect.objectContaining({ code: 'key.wrong-cluster' }) as Error,
    );
  });
});

describe('staged bytes', () => {
  const key = stagingKey(owner, prod);
  const aad = stagingAad(place);
  const refusal = expect.objectContaining({
    code: 'staging.does-not-open',
    retryable: true,
  }) as PipelineError;

  it('come back, in how many parts ever they went in', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 100 })), (parts) => {
        const plain = Buffer.concat(parts);
        const sealed = sealStaged(key, aad, parts);
        expect(sealed.length).toBe(plain.length + STAGED_OVERHEAD);
        expect(sealed.buffer.byteLength).toBe(sealed.length);
        expect(Buffer.from(openStaged(key, aad, sealed)).equals(plain)).toBe(true);
      }),
    );
  });

  it('come back when they are many megabytes, into memory that is used again', () => {
    const room = Buffer.alloc(4 * 1024 * 1024);
    const parts = [randomBytes(1024 * 1024 + 1), randomBytes(2 * 1024 * 1024), randomBytes(17)];
    const sealed = sealStaged(key, aad, parts);
    const opened = openStaged(key, aad, sealed, (bytes) => room.subarray(0, bytes));
    expect(opened.buffer).toBe(room.buffer);
    expect(Buffer.concat(parts).equals(opened)).toBe(true);
  });

  it('never look the same twice', () => {
    const [one, other] = [0, 1].map(() => Buffer.from(sealStaged(key, aad, [Buffer.from('same')])));
    expect(one!.equals(other!)).toBe(false);
  });

  it('do not open when any bit is another, or one byte is missing', () => {
    const sealed = sealStaged(key, aad, [Buffer.from('some rows')]);
    for (let bit = 0; bit < sealed.length * 8; bit++) {
      const flipped = Uint8Array.from(sealed);
      flipped[bit >>> 3]! ^= 1 << (bit & 7);
      expect(() => openStaged(key, aad, flipped)).toThrow(refusal);
    }
    for (let length = 0; length < sealed.length; length++)
      expect(() => openStaged(key, aad, sealed.subarray(0, length))).toThrow(refusal);
  });

  it.each<[string, Partial<StagingPlace>]>([
    ['of another backup', { backup: 'b2' }],
    ['of another attempt', { attempt: 'a2' }],
    ['under another number', { sequence: 4 }],
    ['as something else', { kind: 'draft' }],
    ['with words that join to the same', { backup: 'b","a', attempt: '' }],
  ])('do not open in the place %s', (_, changes) => {
    const sealed = sealStaged(key, aad, [Buffer.from('some rows')]);
    expect(() => openStaged(key, stagingAad({ ...place, ...changes }), sealed)).toThrow(refusal);
  });

  it('do not open with the key of another cluster', () => {
    const sealed = sealStaged(key, aad, [Buffer.from('some rows')]);
    const other = stagingKey(owner, owner.clusterIdOf('test'));
    expect(() => openStaged(other, aad, sealed)).toThrow(PipelineError);
  });
});
