import { type Identity } from 'age-encryption';
import { isKlosetError } from '@etcd-kloset/errors';
import { KlosetStoreError } from '../errors.ts';
import { checkRecipient } from './age-recipient.ts';
import { DEFAULT_WORK_FACTOR, scryptIdentity, scryptRecipient } from './age-scrypt.ts';
import { checkKeyFile } from './key-file-name.ts';
import { needsOwner } from './key-ring.ts';
import { encodeMasterBundle, type MasterBundle, parseMasterBundle } from './master-bundle.ts';

/** Who may open a key file. One file for each: age mixes no passphrase with recipients. */
export type KeyFileFor =
  | { readonly recipient: string }
  /** `workFactor`: log2 of scrypt's cost. Default: 18, which takes 256 MiB and about a second. */
  | { readonly passphrase: string; readonly workFactor?: number };

/** What somebody brings to open a key file with. */
export interface OwnerSecrets {
  /** `AGE-SECRET-KEY-…` */
  readonly identities: readonly string[];
  readonly passphrases: readonly string[];
}

/** How a key file can be opened, which everybody can see. `other` needs the `age` command and a plugin. */
export type KeyFileKind = 'passphrase' | 'hybrid' | 'x25519' | 'other';

export interface NamedKeyFile {
  /** Below `keys/`, see {@link keyFileName}. */
  readonly name: string;
  readonly bytes: Uint8Array;
}

/**
 * Encrypts the master keys as a file of age (C2SP age v1, binary), which `age -d` opens.
 *
 * @throws `key.bad-recipient`
 */
export async function wrapBundle(bundle: MasterBundle, keyFor: KeyFileFor): Promise<Uint8Array> {
  const { Encrypter, Stanza } = await import('age-encryption');
  const encrypter = new Encrypter();
  if ('recipient' in keyFor) {
    await checkRecipient(keyFor.recipient);
    encrypter.addRecipient(keyFor.recipient);
  } else {
    const { passphrase, workFactor = DEFAULT_WORK_FACTOR } = keyFor;
    encrypter.addRecipient(scryptRecipient(Stanza, passphrase, workFactor));
  }
  return encrypter.encrypt(encodeMasterBundle(bundle));
}

/** Reads from the open header of a key file who can open it. @throws `key.unreadable` */
export function keyFileKinds({ name, bytes }: NamedKeyFile): KeyFileKind[] {
  const header = Buffer.from(bytes).toString('latin1').split('\n--- ', 1)[0]!;
  const types = [...header.matchAll(/^-> (\S+)/gm)].map(([, type]) => type);
  if (!header.startsWith('age-encryption.org/v1\n') || types.length === 0) {
    throw damagedFile(name, 'it is no file of age');
  }
  return types.map((type) => KIND_OF_STANZA.get(type!) ?? 'other');
}

const KIND_OF_STANZA: ReadonlyMap<string, KeyFileKind> = new Map([
  ['scrypt', 'passphrase'],
  ['mlkem768x25519', 'hybrid'],
  ['X25519', 'x25519'],
]);

/**
 * Opens one key file with whichever of the secrets fits.
 *
 * @throws `object.rotten`, `key.unreadable`, `key.wrong-passphrase`, `key.wrong-identity`, and what
 * {@link parseMasterBundle} throws
 */
export async function openBundle(file: NamedKeyFile, secrets: OwnerSecrets): Promise<MasterBundle> {
  checkKeyFile(file.name, file.bytes);
  const { Decrypter } = await import('age-encryption');
  const decrypter = new Decrypter();
  const byPassphrase = keyFileKinds(file).includes('passphrase');
  if (byPassphrase) {
    for (const passphrase of secrets.passphrases) decrypter.addIdentity(scryptIdentity(passphrase));
  } else {
    for (const [index, identity] of secrets.identities.entries()) {
      try {
        decrypter.addIdentity(identity);
      } catch (error) {
        throw badIdentity(index, error);
      }
    }
  }
  // Asked last, so only when no secret fitted: that tells a wrong key from a damaged file.
  const tried = { all: false };
  const last: Identity = {
    unwrapFileKey() {
      tried.all = true;
      return null;
    },
  };
  decrypter.addIdentity(last);
  let plain: Uint8Array;
  try {
    plain = await decrypter.decrypt(file.bytes);
  } catch (error) {
    if (tried.all) throw doesNotFit([file], byPassphrase, secrets);
    throw damagedFile(file.name, isKlosetError(error) ? error.message : 'it is damaged', error);
  }
  return parseMasterBundle(plain, file.name);
}

/**
 * Opens the first key file that one of the secrets fits.
 *
 * @param store the store's id as `kloset.json` gives it
 * @throws `key.needs-owner` without secrets; `key.wrong-store` for keys of another store; `key.wrong-passphrase`
 * or `key.wrong-identity` when no file opens; else what was wrong with the files
 */
export async function openKeyFiles(
  files: readonly NamedKeyFile[],
  secrets: OwnerSecrets,
  store: string,
): Promise<MasterBundle> {
  if (secrets.identities.length + secrets.passphrases.length === 0) throw needsOwner();
  const refused = new Map<NamedKeyFile, KlosetStoreError>();
  for (const file of files) {
    try {
      const bundle = await openBundle(file, secrets);
      if (bundle.store !== store) throw wrongStore(file, bundle.store, store);
      return bundle;
    } catch (error) {
      // Another file may open; when none does, what was found is told below.
      if (!(error instanceof KlosetStoreError)) throw error;
      refused.set(file, error);
    }
  }
  throw noneOpens(refused, secrets);
}

function noneOpens(
  refused: ReadonlyMap<NamedKeyFile, KlosetStoreError>,
  secrets: OwnerSecrets,
): KlosetStoreError {
  const errors = [...refused.values()];
  const opened = errors.find(({ code }) => !DID_NOT_FIT.has(code) && !DAMAGED.has(code));
  if (opened !== undefined) return opened;
  const damaged = errors.filter(({ code }) => DAMAGED.has(code));
  if (damaged.length > 0 && damaged.length === errors.length) return damaged[0]!;
  const sound = [...refused].filter(([, { code }]) => DID_NOT_FIT.has(code)).map(([file]) => file);
  return doesNotFit(sound, secrets.identities.length === 0, secrets, damaged);
}

const DID_NOT_FIT: ReadonlySet<string> = new Set(['key.wrong-passphrase', 'key.wrong-identity']);
const DAMAGED: ReadonlySet<string> = new Set(['object.rotten', 'key.unreadable']);

function doesNotFit(
  files: readonly NamedKeyFile[],
  byPassphrase: boolean,
  secrets: OwnerSecrets,
  damaged: readonly KlosetStoreError[] = [],
): KlosetStoreError {
  const given = [
    ...(secrets.identities.length > 0 ? ['identity'] : []),
    ...(secrets.passphrases.length > 0 ? ['passphrase'] : []),
  ].join(' or ');
  const names = files.map(({ name }) => name).join(', ');
  const which =
    files.length === 0
      ? 'The store has no key file'
      : files.length === 1
        ? `The key file ${names} does not open with the ${given} that was given`
        : `None of the ${files.length} key files (${names}) opens with the ${given} that was given`;
  const also = damaged.map(({ message }) => ` ${message}`).join('');
  const code = byPassphrase ? 'key.wrong-passphrase' : 'key.wrong-identity';
  return new KlosetStoreError(code, `${which}.${also}`, {
    advice: adviceFor(files, secrets),
  });
}

function adviceFor(files: readonly NamedKeyFile[], secrets: OwnerSecrets): string {
  const kinds = files.flatMap(keyFileKinds);
  if (!kinds.includes('passphrase') && secrets.identities.length === 0) {
    return 'These key files are for identities: give --identity-file.';
  }
  if (kinds.every((kind) => kind === 'passphrase') && secrets.passphrases.length === 0) {
    return 'These key files are for passphrases: give --passphrase-file.';
  }
  return 'Make sure that it is the right one for this store.';
}

function wrongStore(file: NamedKeyFile, found: string, wanted: string): KlosetStoreError {
  return new KlosetStoreError(
    'key.wrong-store',
    `The key file ${file.name} holds the keys of store ${found}, but this is store ${wanted}.`,
    { advice: 'Use the key files that belong to this store.' },
  );
}

function badIdentity(index: number, cause: unknown): KlosetStoreError {
  return new KlosetStoreError(
    'key.unreadable',
    `Identity ${index + 1} of those given is mistyped or cut short.`,
    { advice: 'Use another copy of the identity file.', cause },
  );
}

function damagedFile(name: string, reason: string, cause?: unknown): KlosetStoreError {
  return new KlosetStoreError('key.unreadable', `The key file ${name} cannot be read: ${reason}`, {
    advice: 'Open the store with another key and add this one again.',
    cause,
  });
}
