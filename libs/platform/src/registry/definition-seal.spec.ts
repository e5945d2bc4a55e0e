import {
  addEpoch,
  createMasterBundle,
  credentialRing,
  issueKeeperCredential,
  issueWriterCredential,
  ownerRing,
} from '@etcd-kloset/kloset';
import { openDefinition, peekDefinition, sealDefinition } from './definition-seal.ts';

const bundle = createMasterBundle();
const owner = ownerRing(bundle);
const writer = credentialRing(issueWriterCredential(bundle));
const keeper = credentialRing(issueKeeperCredential(bundle));
const ofProd = credentialRing(issueWriterCredential(bundle, 'prod'));
const definition = { name: 'prod', endpoints: ['a:1'] };

describe('a sealed definition', () => {
  it.each([
    ['owner', owner],
    ['writer', writer],
  ])('by the %s is known by every key that reaches the cluster', (_, ring) => {
    const sealed = sealDefinition(ring, 'prod', definition);
    for (const reader of [owner, writer, keeper, ofProd]) {
      expect(openDefinition(reader, 'prod', sealed)).toEqual(definition);
    }
  });

  it('by the key of one cluster is known by that key alone', () => {
    const sealed = sealDefinition(ofProd, 'prod', definition);
    expect(openDefinition(ofProd, 'prod', sealed)).toEqual(definition);
    for (const reader of [owner, writer, keeper])
      expect(openDefinition(reader, 'prod', sealed)).toBeUndefined();
    // Nor with the proof of the one put in the place of the other.
    expect(openDefinition(writer, 'prod', { ...sealed, store: sealed.cluster })).toBeUndefined();
  });

  it('is that of its cluster and store, unchanged', () => {
    const sealed = sealDefinition(writer, 'prod', definition);
    const elsewhere = credentialRing(issueWriterCredential(createMasterBundle()));
    expect(openDefinition(writer, 'test', sealed)).toBeUndefined();
    expect(openDefinition(elsewhere, 'prod', sealed)).toBeUndefined();
    const changed = { ...sealed, text: sealed.text.replace('a:1', 'b:1') };
    expect(openDefinition(writer, 'prod', changed)).toBeUndefined();
    expect(peekDefinition(changed)).toEqual({ name: 'prod', endpoints: ['b:1'] });
  });

  it('outlives a change of the keys, and one of newer keys is told from one of nobody', () => {
    const newer = credentialRing(issueWriterCredential(addEpoch(bundle)));
    expect(openDefinition(newer, 'prod', sealDefinition(writer, 'prod', definition))).toEqual(definition);
    const call = () => openDefinition(writer, 'prod', sealDefinition(newer, 'prod', definition));
    expect(call).toThrow(expect.objectContaining({ code: 'key.epoch' }) as Error);
  });

  it.each([
    undefined,
    null,
    'x',
    {},
    definition,
    { v: 2, epoch: 1, text: '{}', cluster: '' },
    { v: 1, epoch: 1, text: '{', cluster: '' },
  ])('is not %j', (sealed) => {
    expect(openDefinition(writer, 'prod', sealed)).toBeUndefined();
    expect(peekDefinition(sealed)).toBeUndefined();
  });
});
