import {
  credentialRing,
  KlosetStoreError,
  openKeyFiles,
  ownerRing,
  readCredentialFile,
  readIdentityFile,
  readPassphraseFile,
  type KeyRing,
  type MasterBundle,
  type OwnerSecrets,
  type Store,
} from '@etcd-kloset/kloset';
import { type Source } from '../options/settle.ts';
import { type Report } from '../output/report.ts';
import { UsageError } from '../usage-error.ts';
import { readKeyFiles } from './key-files.ts';

/** The key options of a command that needs an owner. */
export interface GivenOwnerKeys {
  readonly identityFile: readonly string[];
  readonly passphraseFile: readonly string[];
}

/** The key options of a command that several roles can do. */
export interface GivenKeys extends GivenOwnerKeys {
  readonly writerKeyFile: string | undefined;
  readonly keeperKeyFile: string | undefined;
}

/** What a key is needed for. `read` is what every role can: list and read records. */
export type Need = 'read' | 'backup' | 'decrypt';

const ADVICE: Readonly<Record<Need, string>> = {
  read: 'Give --writer-key-file, --keeper-key-file, --identity-file or --passphrase-file.',
  backup: 'Give --writer-key-file (see `etcd-kloset keys writer`), --identity-file or --passphrase-file.',
  decrypt: "Give the owner's key with --identity-file or --passphrase-file.",
};

/**
 * Which of the given keys to use: one on the command line before one from the environment; then the weakest
 * that does. Where none does, the strongest, whose error says what is needed.
 */
export function chooseKey(
  given: GivenKeys,
  sourceOf: (option: keyof GivenKeys) => Source,
  need: Need,
): 'writer' | 'keeper' | 'owner' | undefined {
  const isGiven = (option: keyof GivenKeys, source: Source): boolean => {
    const value = given[option];
    return value !== undefined && value.length > 0 && sourceOf(option) === source;
  };
  for (const source of ['command line', 'environment'] as const) {
    const has = {
      writer: isGiven('writerKeyFile', source),
      keeper: isGiven('keeperKeyFile', source),
      owner: isGiven('identityFile', source) || isGiven('passphraseFile', source),
    };
    const order = {
      read: ['keeper', 'writer', 'owner'],
      backup: ['writer', 'owner', 'keeper'],
      decrypt: ['owner', 'writer', 'keeper'],
    } as const;
    const found = order[need].find((role) => has[role]);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Key options, and where each came from. */
export interface KeyUse<Given extends GivenOwnerKeys = GivenKeys> {
  readonly given: Given;
  readonly sourceOf: (option: keyof Given) => Source;
  readonly report: Report;
  readonly signal: AbortSignal;
}

/** @throws UsageError when no key is given; KlosetStoreError `key.*` */
export async function openGivenKey(store: Store, need: Need, use: KeyUse): Promise<KeyRing> {
  const ring = await openGivenKeyIfAny(store, need, use);
  if (ring === undefined) throw new UsageError('No key was given.', ADVICE[need]);
  return ring;
}

/** @returns undefined when no key is given */
export async function openGivenKeyIfAny(store: Store, need: Need, use: KeyUse): Promise<KeyRing | undefined> {
  switch (chooseKey(use.given, use.sourceOf, need)) {
    case 'writer':
      return openCredential(store, use.given.writerKeyFile!, 'writer', use);
    case 'keeper':
      return openCredential(store, use.given.keeperKeyFile!, 'keeper', use);
    case 'owner':
      return ownerRing(await openOwnerBundle(store, use));
    case undefined:
      return undefined;
  }
}

/** The master keys, for what makes keys of them. @throws KlosetStoreError `key.*` */
export async function openOwnerBundle(store: Store, use: KeyUse<GivenOwnerKeys>): Promise<MasterBundle> {
  const secrets = await readOwnerSecrets(use);
  return openKeyFiles(await readKeyFiles(store.storage, use.signal), secrets, store.id);
}

/** What the owner brings. @throws UsageError when no key is given */
export async function readOwnerSecrets({
  given,
  sourceOf,
  report,
}: KeyUse<GivenOwnerKeys>): Promise<OwnerSecrets> {
  const wanted = (['command line', 'environment'] as const).find((source) =>
    (['identityFile', 'passphraseFile'] as const).some(
      (option) => given[option].length > 0 && sourceOf(option) === source,
    ),
  );
  const filesOf = (option: keyof GivenOwnerKeys): readonly string[] =>
    sourceOf(option) === wanted ? given[option] : [];
  const secrets = await readSecrets(filesOf('identityFile'), filesOf('passphraseFile'), report);
  if (secrets.identities.length + secrets.passphrases.length === 0) {
    throw new UsageError('No key was given.', ADVICE.decrypt);
  }
  return secrets;
}

async function readSecrets(
  identityFiles: readonly string[],
  passphraseFiles: readonly string[],
  report: Report,
): Promise<OwnerSecrets> {
  const identities: string[] = [];
  for (const file of identityFiles) {
    const read = await readIdentityFile(file);
    read.warnings.forEach(report.warn);
    identities.push(...read.identities);
  }
  const passphrases: string[] = [];
  for (const file of passphraseFiles) {
    const read = await readPassphraseFile(file);
    read.warnings.forEach(report.warn);
    passphrases.push(read.passphrase);
  }
  return { identities, passphrases };
}

async function openCredential(
  store: Store,
  file: string,
  role: 'writer' | 'keeper',
  { report }: KeyUse,
): Promise<KeyRing> {
  const { credential, warnings } = await readCredentialFile(file);
  warnings.forEach(report.warn);
  if (credential.role !== role) {
    throw new KlosetStoreError(
      'key.wrong-kind',
      `${file} holds a ${credential.role} key, not a ${role} key.`,
      {
        advice: `Give it with --${credential.role}-key-file.`,
      },
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
