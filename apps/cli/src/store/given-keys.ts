import {
  openCredentialFile,
  openOwnerKeys,
  ownerRing,
  readOwnerSecrets as readOwnerFiles,
  type KeyRing,
  type MasterBundle,
  type OwnerSecrets,
  type Store,
} from '@etcd-kloset/kloset';
import { type Source } from '../options/settle.ts';
import { type Report } from '../output/report.ts';
import { UsageError } from '../usage-error.ts';

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
      return openCredentialFile(store, use.given.writerKeyFile!, 'writer', use.report.warn);
    case 'keeper':
      return openCredentialFile(store, use.given.keeperKeyFile!, 'keeper', use.report.warn);
    case 'owner':
      return ownerRing(await openOwnerBundle(store, use));
    case undefined:
      return undefined;
  }
}

/** The master keys, for what makes keys of them. @throws KlosetStoreError `key.*` */
export async function openOwnerBundle(store: Store, use: KeyUse<GivenOwnerKeys>): Promise<MasterBundle> {
  return openOwnerKeys(store, await readOwnerSecrets(use), use.signal);
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
  const secrets = await readOwnerFiles(
    { identityFiles: filesOf('identityFile'), passphraseFiles: filesOf('passphraseFile') },
    report.warn,
  );
  if (secrets.identities.length + secrets.passphrases.length === 0) {
    throw new UsageError('No key was given.', ADVICE.decrypt);
  }
  return secrets;
}
