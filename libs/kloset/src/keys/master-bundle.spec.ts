import { KlosetStoreError } from '../errors.ts';
import {
  addEpoch,
  createMasterBundle,
  encodeMasterBundle,
  type MasterBundle,
  parseMasterBundle,
} from './master-bundle.ts';

const bundle = createMasterBundle(new Date('2026-01-02T03:04:05Z'));

const parseAltered = (alter: (document: Record<string, unknown>) => unknown): string => {
  const document = JSON.parse(Buffer.from(encodeMasterBundle(bundle)).toString()) as Record<string, unknown>;
  const altered = alter(document) ?? document;
  try {
    parseMasterBundle(Buffer.from(JSON.stringify(altered)), 'alice.age');
  } catch (error) {
    if (error instanceof KlosetStoreError) return error.code;
    throw error;
  }
  return 'it did not fail';
};

describe('the master bundle', () => {
  it('is read back as it was written', () => {
    const twoEpochs = addEpoch(bundle, new Date('2026-02-03T04:05:06Z'));
    for (const each of [bundle, twoEpochs]) {
      expect(parseMasterBundle(encodeMasterBundle(each), 'alice.age')).toEqual(each);
    }
    expect(parseAltered(() => undefined)).toBe('it did not fail');
  });

  it('has secrets of its own each time', () => {
    const secrets = ({ storeSecret, nameKey, epochs }: MasterBundle): string[] =>
      [
        storeSecret,
        nameKey,
        ...epochs.flatMap((each) => [each.dataPrivateKey, each.metadataKey, each.idKey, each.keeperKey]),
      ].map((key) => Buffer.from(key).toString('hex'));
    const all = [...secrets(addEpoch(bundle)), ...secrets(createMasterBundle())];
    expect(new Set(all).size).toBe(2 + 4 + 4 + 2 + 4);
  });

  it('keeps everything that was there when an epoch is added', () => {
    const rotated = addEpoch(bundle);
    expect(rotated.epochs[0]).toEqual(bundle.epochs[0]);
    expect(rotated).toMatchObject({
      store: bundle.store,
      nameKey: bundle.nameKey,
      storeSecret: bundle.storeSecret,
      current: 2,
    });
  });

  it('is refused when its secrets are not those of the store that it names', () => {
    const other = createMasterBundle();
    expect(parseAltered((document) => ({ ...document, store: other.store }))).toBe('key.wrong-store');
  });

  it('is refused when it is of a newer format', () => {
    expect(parseAltered((document) => ({ ...document, format: 2 }))).toBe('key.newer-format');
  });

  it('is refused when it is something else', () => {
    expect(parseAltered(() => ({ hello: 'world' }))).toBe('key.wrong-kind');
    expect(parseAltered(() => ['a list'])).toBe('key.unreadable');
    expect(() => parseMasterBundle(Buffer.from('secret text'), 'alice.age')).toThrow(/not JSON/);
  });

  it.each<[string, (document: Record<string, unknown>) => unknown]>([
    ['a key is missing', ({ nameKey: _, ...rest }) => rest],
    ['a key is too short', (document) => ({ ...document, nameKey: 'AAAA' })],
    ['a key is no base64url', (document) => ({ ...document, nameKey: '='.repeat(43) })],
    ['there is no epoch', (document) => ({ ...document, epochs: [] })],
    ['the epochs are no list', (document) => ({ ...document, epochs: {} })],
    ['the current epoch is not the last', (document) => ({ ...document, current: 2 })],
    ['an epoch is not a whole number', (document) => ({ ...document, current: 1.5 })],
    [
      'an epoch is there twice',
      (document) => ({ ...document, epochs: [document['epochs'], document['epochs']].flat() }),
    ],
  ])('is refused when %s', (_what, alter) => {
    expect(parseAltered(alter)).toBe('key.unreadable');
  });

  it('never quotes itself in an error', () => {
    const text = Buffer.from(encodeMasterBundle(bundle)).toString().slice(0, -20);
    const secret = Buffer.from(bundle.nameKey).toString('base64url');
    expect(text).toContain(secret);
    try {
      parseMasterBundle(Buffer.from(text), 'alice.age');
      throw new Error('it should have failed');
    } catch (error) {
      expect(JSON.stringify(error, Object.getOwnPropertyNames(error))).not.toContain(secret);
    }
  });
});
