import { KlosetStoreError } from '../errors.ts';
import { openMetadata, sealMetadata } from '../seal/metadata.ts';
import { openWith, sealTo } from '../seal/chunk-sections.ts';
import { checkKeeperSignature, signAsKeeper } from '../seal/keeper-signature.ts';
import { type SealContext } from '../seal/seal-context.ts';
import { credentialRing, issueKeeperCredential, issueWriterCredential } from './credential.ts';
import { type KeyRing } from './key-ring.ts';
import { addEpoch, createMasterBundle } from './master-bundle.ts';
import { ownerRing } from './owner-ring.ts';

const bundle = createMasterBundle();
const owner = ownerRing(bundle);
const writer = credentialRing(issueWriterCredential(bundle));
const prodWriter = credentialRing(issueWriterCredential(bundle, 'prod'));
const keeper = credentialRing(issueKeeperCredential(bundle));
const prod = owner.clusterIdOf('prod');
const test = owner.clusterIdOf('test');

const contextIn = (cluster: string, kind: string, epoch = 1): SealContext => ({
  format: 1,
  store: bundle.store,
  cluster,
  kind,
  id: 'x',
  epoch,
});
const codeOf = (call: () => unknown): string => {
  try {
    call();
  } catch (error) {
    if (error instanceof KlosetStoreError) {
      expect(error.advice).toBeDefined();
      return error.code;
    }
    throw error;
  }
  return 'it did not fail';
};

describe('the roles', () => {
  it('agree on the folder of a cluster, whatever the epoch', () => {
    const rotated = ownerRing(addEpoch(bundle));
    for (const ring of [owner, writer, prodWriter, keeper, rotated]) {
      expect(ring.clusterIdOf('prod')).toBe(prod);
    }
    expect(prod).toMatch(/^[0-9a-f]{32}$/);
    expect(test).not.toBe(prod);
  });

  it('all read what the others sealed about a cluster, and the writers of other clusters do not', () => {
    const context = contextIn(prod, 'snapshot');
    const rings = [owner, writer, prodWriter, keeper];
    for (const from of rings) {
      const sealed = sealMetadata({ key: from.metadataKey(prod, 1), context }, Buffer.from('record'));
      for (const to of rings) {
        const plain = openMetadata({ key: to.metadataKey(prod, 1), context }, sealed);
        expect(Buffer.from(plain).toString()).toBe('record');
      }
      const testWriter = credentialRing(issueWriterCredential(bundle, 'test'));
      expect(codeOf(() => testWriter.metadataKey(prod, 1))).toBe('key.wrong-cluster');
      const wrongKey = testWriter.metadataKey(test, 1);
      expect(codeOf(() => openMetadata({ key: wrongKey, context }, sealed))).toBe('seal.does-not-open');
    }
  });

  it('let the owner alone decrypt the chunks that owner and writers seal', () => {
    const context = contextIn(prod, 'chunk');
    for (const from of [owner, writer, prodWriter]) {
      const { enc, sealed } = sealTo(from.dataPublicKey(1), context, [{ plain: Buffer.from('rows') }]);
      const opener = openWith(owner.dataPrivateKey(1), enc, context, 1);
      expect(Buffer.from(opener.open(0, sealed[0]!)).toString()).toBe('rows');
    }
    for (const ring of [writer, prodWriter, keeper]) {
      expect(codeOf(() => ring.dataPrivateKey(1))).toBe('key.needs-owner');
    }
  });

  it('let owner and keeper alone sign what may go, and everybody check it', () => {
    const context = contextIn(prod, 'forgotten');
    for (const from of [owner, keeper]) {
      const signature = signAsKeeper(from.keeperKey(1), context, Buffer.from('old'));
      for (const to of [owner, writer, prodWriter, keeper]) {
        const check = (): unknown =>
          checkKeeperSignature(to.keeperPublicKey(1), context, Buffer.from('old'), signature);
        expect(codeOf(check)).toBe('it did not fail');
      }
    }
    expect(codeOf(() => writer.keeperKey(1))).toBe('key.needs-keeper');
    expect(codeOf(() => prodWriter.keeperKey(1))).toBe('key.needs-keeper');
  });

  it('give row hashes to owner and writers, not to the keeper', () => {
    expect(writer.idKey(prod, 1)).toEqual(owner.idKey(prod, 1));
    expect(prodWriter.idKey(prod, 1)).toEqual(owner.idKey(prod, 1));
    expect(codeOf(() => keeper.idKey(prod, 1))).toBe('key.needs-writer');
    expect(codeOf(() => keeper.dataPublicKey(1))).toBe('key.needs-writer');
  });

  it('keep a writer of one cluster out of every other and of the store as a whole', () => {
    expect(prodWriter.clusterOnly).toEqual({ id: prod, name: 'prod' });
    expect(codeOf(() => prodWriter.clusterIdOf('test'))).toBe('key.wrong-cluster');
    expect(codeOf(() => prodWriter.metadataKey(test, 1))).toBe('key.wrong-cluster');
    expect(codeOf(() => prodWriter.idKey(test, 1))).toBe('key.wrong-cluster');
    expect(codeOf(() => prodWriter.metadataKey(undefined, 1))).toBe('key.wrong-cluster');
  });

  it('give a writer of one cluster no key from which another’s can be made', () => {
    const credential = JSON.stringify(issueWriterCredential(bundle, 'prod'));
    for (const secret of [bundle.nameKey, bundle.epochs[0]!.metadataKey, bundle.epochs[0]!.idKey]) {
      expect(credential).not.toContain(JSON.stringify(secret));
    }
    expect(JSON.stringify(issueWriterCredential(bundle))).toContain(JSON.stringify(bundle.nameKey));
  });

  it('give no credential the secrets of the owner', () => {
    const { storeSecret, epochs } = bundle;
    const { dataPrivateKey, keeperKey } = epochs[0]!;
    const holds = (credential: unknown, key: Uint8Array): boolean =>
      JSON.stringify(credential).includes(JSON.stringify(key));
    for (const credential of [
      issueWriterCredential(bundle),
      issueWriterCredential(bundle, 'prod'),
      issueKeeperCredential(bundle),
    ]) {
      expect(holds(credential, dataPrivateKey)).toBe(false);
      expect(holds(credential, storeSecret)).toBe(false);
      expect(holds(credential, keeperKey)).toBe(credential.role === 'keeper');
    }
  });

  it('return the same array each time, so that what is parsed from it can be kept', () => {
    const gets: ((ring: KeyRing) => Uint8Array)[] = [
      (ring) => ring.dataPublicKey(1),
      (ring) => ring.metadataKey(prod, 1),
    ];
    for (const get of gets) {
      for (const ring of [owner, writer, prodWriter]) expect(get(ring)).toBe(get(ring));
    }
    expect(owner.metadataKey(prod, 1)).not.toEqual(owner.metadataKey(test, 1));
  });
});

describe('a rotation', () => {
  const rotated = addEpoch(bundle);

  it('leaves what was sealed before open to the owner and to new credentials', () => {
    const context = contextIn(prod, 'table');
    const sealed = sealMetadata({ key: writer.metadataKey(prod, 1), context }, Buffer.from('table'));
    const chunk = sealTo(writer.dataPublicKey(1), context, [{ plain: Buffer.from('rows') }]);
    const after = ownerRing(rotated);
    expect(after.epoch).toBe(2);
    const opener = openWith(after.dataPrivateKey(1), chunk.enc, context, 1);
    expect(Buffer.from(opener.open(0, chunk.sealed[0]!)).toString()).toBe('rows');
    for (const ring of [
      credentialRing(issueWriterCredential(rotated)),
      credentialRing(issueWriterCredential(rotated, 'prod')),
      credentialRing(issueKeeperCredential(rotated)),
    ]) {
      expect(ring.epochs.map(({ epoch }) => epoch)).toEqual([1, 2]);
      const plain = openMetadata({ key: ring.metadataKey(prod, 1), context }, sealed);
      expect(Buffer.from(plain).toString()).toBe('table');
    }
  });

  it('shuts old credentials out of everything new', () => {
    for (const ring of [writer, prodWriter, keeper]) {
      expect(codeOf(() => ring.metadataKey(prod, 2))).toBe('key.epoch');
      expect(codeOf(() => ring.keeperPublicKey(2))).toBe('key.epoch');
    }
    const context = contextIn(prod, 'table', 2);
    const sealed = sealMetadata({ key: ownerRing(rotated).metadataKey(prod, 2), context }, Buffer.of(1));
    const open = (): unknown => openMetadata({ key: writer.metadataKey(prod, 1), context }, sealed);
    expect(codeOf(open)).toBe('seal.does-not-open');
  });

  it('says that a key of an epoch that nobody has is not there', () => {
    expect(codeOf(() => owner.dataPrivateKey(0))).toBe('key.epoch');
  });
});
