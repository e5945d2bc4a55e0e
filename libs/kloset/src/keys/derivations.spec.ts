import { createHash, createHmac, hkdfSync } from 'node:crypto';
import { KlosetStoreError } from '../errors.ts';
import { clusterIdOf, clusterKey, storeIdOf } from './derivations.ts';

const secret = new Uint8Array(32).fill(7);
const store = '00112233445566778899aabbccddeeff';

const field = (bytes: string | Uint8Array): Buffer => {
  const content = Buffer.from(bytes as string);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(content.length);
  return Buffer.concat([length, content]);
};

describe('what is derived from the master keys', () => {
  it('is a store id as documented', () => {
    const input = Buffer.concat([field('etcd-kloset/v1/store-id'), field(secret)]);
    expect(storeIdOf(secret)).toBe(createHash('sha256').update(input).digest('hex').slice(0, 32));
  });

  it('is a cluster id as documented', () => {
    const input = Buffer.concat([
      field('etcd-kloset/v1/cluster-id'),
      field(Buffer.from(store, 'hex')),
      field('Zürich'),
    ]);
    const digest = createHmac('sha256', secret).update(input).digest('hex');
    expect(clusterIdOf(secret, store, 'Zürich')).toBe(digest.slice(0, 32));
  });

  it('is a cluster’s keys as documented, each its own', () => {
    const cluster = clusterIdOf(secret, store, 'prod');
    const info = Buffer.concat([
      field('etcd-kloset/v1/cluster-metadata-key'),
      field(Buffer.from(store, 'hex')),
      field(Buffer.from(cluster, 'hex')),
    ]);
    const wanted = Buffer.from(hkdfSync('sha256', secret, new Uint8Array(0), info, 32));
    expect(Buffer.from(clusterKey(secret, 'cluster-metadata-key', store, cluster))).toEqual(wanted);

    const keys = [
      clusterKey(secret, 'cluster-metadata-key', store, cluster),
      clusterKey(secret, 'cluster-row-id-key', store, cluster),
      clusterKey(secret, 'cluster-metadata-key', store, undefined),
      clusterKey(secret, 'cluster-metadata-key', store, clusterIdOf(secret, store, 'test')),
      clusterKey(secret, 'cluster-metadata-key', cluster, cluster),
    ].map((key) => Buffer.from(key).toString('hex'));
    expect(new Set(keys).size).toBe(keys.length);
  });

  it('refuses a cluster without a name, or with a name that is no text', () => {
    expect(() => clusterIdOf(secret, store, '')).toThrow(KlosetStoreError);
    expect(() => clusterIdOf(secret, store, 'prod\ud800')).toThrow(KlosetStoreError);
  });
});
