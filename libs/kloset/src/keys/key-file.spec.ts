import { Decrypter, Encrypter } from 'age-encryption';
import { KlosetStoreError } from '../errors.ts';
import { generateIdentity } from './identity-file.ts';
import {
  type KeyFileFor,
  keyFileKinds,
  type NamedKeyFile,
  openBundle,
  openKeyFiles,
  type OwnerSecrets,
  wrapBundle,
} from './key-file.ts';
import { checkKeyFile, keyFileName, labelOfKeyFile } from './key-file-name.ts';
import { createMasterBundle, encodeMasterBundle, type MasterBundle } from './master-bundle.ts';

/** Cheap, for tests alone. */
const workFactor = 5;
const bundle = createMasterBundle();
const hybrid = await generateIdentity();
const classic = await generateIdentity('x25519');

const fileFor = async (
  label: string,
  keyFor: KeyFileFor,
  of: MasterBundle = bundle,
): Promise<NamedKeyFile> => {
  const bytes = await wrapBundle(of, keyFor);
  return { name: keyFileName(label, bytes), bytes };
};
const named = (label: string, bytes: Uint8Array): NamedKeyFile => ({
  name: keyFileName(label, bytes),
  bytes,
});
const secrets = (given: Partial<OwnerSecrets>): OwnerSecrets => ({
  identities: [],
  passphrases: [],
  ...given,
});

const byHybrid = await fileFor('hybrid', { recipient: hybrid.recipient });
const byClassic = await fileFor('classic', { recipient: classic.recipient });
const byPassphrase = await fileFor('words', { passphrase: 'correct horse', workFactor });

const refusal = async (opening: Promise<unknown>): Promise<KlosetStoreError> => {
  const error: unknown = await opening.then(
    () => new Error('it should have failed'),
    (reason: unknown) => reason,
  );
  if (error instanceof KlosetStoreError) return error;
  throw error;
};

describe('a key file', () => {
  it.each([
    ['a hybrid identity', byHybrid, secrets({ identities: [hybrid.identity] }), ['hybrid']],
    ['an X25519 identity', byClassic, secrets({ identities: [classic.identity] }), ['x25519']],
    ['a passphrase', byPassphrase, secrets({ passphrases: ['correct horse'] }), ['passphrase']],
  ])('opens with %s, and tells everyone that it does', async (_with, file, given, kinds) => {
    expect(await openBundle(file, given)).toEqual(bundle);
    expect(keyFileKinds(file)).toEqual(kinds);
  });

  it('opens with any of several identities or passphrases', async () => {
    const other = await generateIdentity();
    const many = secrets({
      identities: [other.identity, classic.identity, hybrid.identity],
      passphrases: ['wrong', 'correct horse'],
    });
    for (const file of [byHybrid, byClassic, byPassphrase]) {
      expect(await openBundle(file, many)).toEqual(bundle);
    }
  });

  it('does not open with another identity or passphrase, or with none of its kind', async () => {
    const other = secrets({ identities: [(await generateIdentity()).identity] });
    expect((await refusal(openBundle(byHybrid, other))).code).toBe('key.wrong-identity');
    expect((await refusal(openBundle(byClassic, other))).code).toBe('key.wrong-identity');
    const wrong = secrets({ passphrases: ['correct horse '] });
    expect((await refusal(openBundle(byPassphrase, wrong))).code).toBe('key.wrong-passphrase');
    expect((await refusal(openBundle(byPassphrase, other))).advice).toMatch(/--passphrase-file/);
    expect((await refusal(openBundle(byHybrid, wrong))).advice).toMatch(/--identity-file/);
  });

  it('is found rotten by its name, without a key', () => {
    for (const file of [byHybrid, byPassphrase]) {
      expect(() => checkKeyFile(file.name, file.bytes)).not.toThrow();
      for (const at of [0, 30, 200, file.bytes.length - 1]) {
        const bytes = Uint8Array.from(file.bytes);
        bytes[at]! ^= 1;
        expect(() => checkKeyFile(file.name, bytes)).toThrow(KlosetStoreError);
      }
      expect(() => checkKeyFile('words.age', file.bytes)).toThrow(KlosetStoreError);
    }
  });

  it('does not open when it was altered under a name that fits', async () => {
    const all = secrets({
      identities: [hybrid.identity, classic.identity],
      passphrases: ['correct horse'],
    });
    for (const file of [byHybrid, byClassic, byPassphrase]) {
      for (let at = 0; at < file.bytes.length; at += 7) {
        const bytes = Uint8Array.from(file.bytes);
        bytes[at]! ^= 4;
        const { code } = await refusal(openBundle(named('altered', bytes), all));
        expect(['key.unreadable', 'key.wrong-identity', 'key.wrong-passphrase']).toContain(code);
      }
      const cut = file.bytes.subarray(0, file.bytes.length - 20);
      expect((await refusal(openBundle(named('cut', cut), all))).code).toBe('key.unreadable');
    }
  });

  it('that somebody made by hand with other contents is told apart', async () => {
    const encrypter = new Encrypter();
    encrypter.addRecipient(hybrid.recipient);
    const file = named('notes', await encrypter.encrypt('{"shopping":"milk"}'));
    const opening = openBundle(file, secrets({ identities: [hybrid.identity] }));
    expect((await refusal(opening)).code).toBe('key.wrong-kind');
  });

  it('that is no file of age is told apart', async () => {
    const opening = openBundle(named('text', Buffer.from('hello')), secrets({ passphrases: ['x'] }));
    expect((await refusal(opening)).message).toMatch(/no file of age/);
  });

  it('that asks for more memory than a key file may take is refused before it takes it', async () => {
    const text = Buffer.from(byPassphrase.bytes).toString('latin1');
    const greedy = Buffer.from(text.replace(/^(-> scrypt \S+) 5$/m, '$1 30'), 'latin1');
    const opening = openBundle(named('greedy', greedy), secrets({ passphrases: ['correct horse'] }));
    const error = await refusal(opening);
    expect(error.code).toBe('key.unreadable');
    expect(error.message).toMatch(/work factor of 30/);
  });

  it('cannot be made for a recipient that is none', async () => {
    const making = wrapBundle(bundle, { recipient: 'age1qqqq' });
    expect((await refusal(making)).code).toBe('key.bad-recipient');
  });
});

describe('our passphrases and those of the age library', () => {
  it('are the same, in both directions', async () => {
    const decrypter = new Decrypter();
    decrypter.addPassphrase('correct horse');
    expect(Buffer.from(await decrypter.decrypt(byPassphrase.bytes))).toEqual(
      Buffer.from(encodeMasterBundle(bundle)),
    );

    const encrypter = new Encrypter();
    encrypter.setPassphrase('Pferd für 馬');
    encrypter.setScryptWorkFactor(workFactor);
    const file = named('theirs', await encrypter.encrypt(encodeMasterBundle(bundle)));
    expect(await openBundle(file, secrets({ passphrases: ['Pferd für 馬'] }))).toEqual(bundle);
  });
});

describe('the key files of a store', () => {
  const files = [byPassphrase, byClassic, byHybrid];

  it('open with what fits any of them', async () => {
    for (const given of [
      secrets({ identities: [hybrid.identity] }),
      secrets({ identities: [classic.identity] }),
      secrets({ passphrases: ['correct horse'] }),
    ]) {
      expect(await openKeyFiles(files, given, bundle.store)).toEqual(bundle);
    }
  });

  it('ask for a key when none is given', async () => {
    const error = await refusal(openKeyFiles(files, secrets({}), bundle.store));
    expect(error.code).toBe('key.needs-owner');
    expect(error.advice).toMatch(/--identity-file or --passphrase-file/);
  });

  it('say which files did not open, and that the key is the wrong one', async () => {
    const wrong = secrets({ identities: [(await generateIdentity()).identity] });
    const error = await refusal(openKeyFiles(files, wrong, bundle.store));
    expect(error.code).toBe('key.wrong-identity');
    for (const { name } of files) expect(error.message).toContain(name);
    const passphrase = await refusal(openKeyFiles(files, secrets({ passphrases: ['no'] }), bundle.store));
    expect(passphrase.code).toBe('key.wrong-passphrase');
  });

  it('are opened past one that is damaged, which is told when no other opens', async () => {
    const rotten = { name: byClassic.name, bytes: Uint8Array.from(byClassic.bytes).fill(0, 50, 60) };
    const good = secrets({ identities: [classic.identity, hybrid.identity] });
    expect(await openKeyFiles([rotten, byHybrid], good, bundle.store)).toEqual(bundle);

    const only = secrets({ identities: [classic.identity] });
    const error = await refusal(openKeyFiles([rotten, byHybrid], only, bundle.store));
    expect(error.code).toBe('key.wrong-identity');
    expect(error.message).toContain(`${rotten.name} is damaged`);
    expect((await refusal(openKeyFiles([rotten], only, bundle.store))).code).toBe('object.rotten');
  });

  it('of another store are refused, and passed over when the right one is there too', async () => {
    const planted = await fileFor('planted', { recipient: hybrid.recipient }, createMasterBundle());
    const given = secrets({ identities: [hybrid.identity] });
    expect((await refusal(openKeyFiles([planted], given, bundle.store))).code).toBe('key.wrong-store');
    expect(await openKeyFiles([planted, byHybrid], given, bundle.store)).toEqual(bundle);
  });

  it('that were forged for this store by somebody who knows only its id are refused', async () => {
    const forged = { ...createMasterBundle(), store: bundle.store };
    const planted = await fileFor('planted', { recipient: hybrid.recipient }, forged);
    const opening = openKeyFiles([planted], secrets({ identities: [hybrid.identity] }), bundle.store);
    expect((await refusal(opening)).code).toBe('key.wrong-store');
  });

  it('that are not there are missed', async () => {
    const opening = openKeyFiles([], secrets({ identities: [hybrid.identity] }), bundle.store);
    expect((await refusal(opening)).message).toMatch(/no key file/);
  });
});

describe('the name of a key file', () => {
  it('begins with a label that can be read from it', () => {
    const name = keyFileName('alice-2', Buffer.from('bytes'));
    expect(name).toMatch(/^alice-2-[0-9a-f]{16}\.age$/);
    expect(labelOfKeyFile(name)).toBe('alice-2');
    expect(labelOfKeyFile('alice.age')).toBeUndefined();
  });

  it.each(['', 'Alice', 'a/b', '../a', '.a', 'a b', 'ä', 'x'.repeat(64)])('cannot begin with %j', (label) => {
    expect(() => keyFileName(label, Buffer.of())).toThrow(KlosetStoreError);
  });
});
