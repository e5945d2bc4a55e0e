import { type Storage } from '@etcd-kloset/storage';
import { KlosetStoreError } from '../errors.ts';
import { KEYS_PREFIX } from '../format/names.ts';
import {
  credentialRing,
  type KeyRing,
  type MasterBundle,
  type NamedKeyFile,
  openKeyFiles,
  type OwnerSecrets,
  readCredentialFile,
  readIdentityFile,
  readPassphraseFile,
} from '../keys/index.ts';
import { getObject } from './cluster.ts';
import { type Store } from './store.ts';

/** Key files are small; what is larger is none, and is not read. */
const MOST_KEY_FILE_BYTES = 1024 * 1024;

/** All key files of a store, without the folder in their names. @throws `object.rotten` */
export async function readKeyFiles(storage: Storage, signal?: AbortSignal): Promise<NamedKeyFile[]> {
  const files: NamedKeyFile[] = [];
  for await (const { name } of storage.list(KEYS_PREFIX, { signal })) {
    const bytes = await getObject({ storage }, name, MOST_KEY_FILE_BYTES, signal);
    files.push({ name: name.slice(KEYS_PREFIX.length), bytes });
  }
  return files;
}

/** The files with what an owner brings. */
export interface OwnerSecretFiles {
  readonly identityFiles: readonly string[];
  readonly passphraseFiles: readonly string[];
}

/**
 * @param onWarning told sentences about the files, such as that others can read one
 * @throws `key.file-failed`, `key.unreadable`
 */
export async function readOwnerSecrets(
  { identityFiles, passphraseFiles }: OwnerSecretFiles,
  onWarning: (sentence: string) => void,
): Promise<OwnerSecrets> {
  const identities: string[] = [];
  for (const file of identityFiles) {
    const read = await readIdentityFile(file);
    read.warnings.forEach(onWarning);
    identities.push(...read.identities);
  }
  const passphrases: string[] = [];
  for (const file of passphraseFiles) {
    const read = await readPassphraseFile(file);
    read.warnings.forEach(onWarning);
    passphrases.push(read.passphrase);
  }
  return { identities, passphrases };
}

/** The master keys. @throws as {@link openKeyFiles} does, and StorageError */
export async function openOwnerKeys(
  store: Store,
  secrets: OwnerSecrets,
  signal?: AbortSignal,
): Promise<MasterBundle> {
  return openKeyFiles(await readKeyFiles(store.storage, signal), secrets, store.id);
}

/**
 * The key ring of a writer's or keeper's key file.
 *
 * @throws `key.wrong-kind` for the key of another role, `key.wrong-store` for that of another store; `key.file-failed`,
 *   `key.unreadable`, `key.newer-format`
 */
export async function openCredentialFile(
  store: Store,
  file: string,
  role: 'writer' | 'keeper',
  onWarning: (sentence: string) => void,
): Promise<KeyRing> {
  const { credential, warnings } = await readCredentialFile(file);
  warnings.forEach(onWarning);
  if (credential.role !== role) {
    throw new KlosetStoreError(
      'key.wrong-kind',
      `${file} holds a ${credential.role} key, not a ${role} key.`,
      { advice: `Give it with --${credential.role}-key-file.` },
    );
  }
  if (credential.store !== store.id) {
    throw new KlosetStoreError(
      'key.wrong-store',
      `The ${role} key in ${file} is of store ${credential.store}, but ${store.storage.url} is store ${store.id}.`,
      { advice: 'Use the key that was made for this store.' },
    );
  }
  return credentialRing(credential);
}
