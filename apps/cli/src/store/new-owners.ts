import { constants } from 'node:fs';
import { access, lstat } from 'node:fs/promises';
import path from 'node:path';
import {
  checkRecipient,
  generateIdentity,
  isPostQuantum,
  KEY_FOLDER,
  keyFileName,
  KlosetStoreError,
  readPassphraseFile,
  wrapBundle,
  writeIdentityFile,
  type KeyFile,
  type MasterBundle,
} from '@etcd-kloset/kloset';
import { type Report } from '../output/report.ts';
import { UsageError } from '../usage-error.ts';

/** Who is to become an owner, as it was typed. */
export interface OwnersWanted {
  /** `age1…`, or `label=age1…`. */
  readonly recipient: readonly string[];
  readonly passphraseFiles: readonly string[];
  readonly generateIdentity: readonly string[];
  readonly classic: boolean;
}

/** An owner to be; everything about it was checked. */
export type NewOwner =
  | { readonly kind: 'recipient'; readonly label: string; readonly recipient: string }
  | {
      readonly kind: 'passphrase';
      readonly label: string;
      readonly passphrase: string;
      readonly file: string;
    }
  | { readonly kind: 'identity'; readonly label: string; readonly file: string; readonly classic: boolean };

/** An owner who got a key file. */
export interface MadeOwner {
  readonly keyFile: KeyFile;
  readonly label: string;
  readonly kind: NewOwner['kind'];
  /** None for a passphrase. */
  readonly recipient: string | undefined;
  /** The identity that was written, or the passphrase that was read. */
  readonly file: string | undefined;
  readonly postQuantum: boolean;
}

/**
 * Checks all that can be checked before anything is made.
 *
 * @throws KlosetStoreError `key.bad-recipient`, `key.bad-label`, `key.file-exists`, `key.file-failed`, `key.unreadable`
 */
export async function planOwners(wanted: OwnersWanted, report: Report): Promise<NewOwner[]> {
  const owners: NewOwner[] = [];
  for (const text of wanted.recipient) owners.push(await recipientOwner(text));
  for (const file of wanted.passphraseFiles) {
    const { passphrase, warnings } = await readPassphraseFile(file);
    warnings.forEach(report.warn);
    owners.push({ kind: 'passphrase', label: labelOfFile(file), passphrase, file: path.resolve(file) });
  }
  for (const file of wanted.generateIdentity) {
    await requireNewFile(file);
    owners.push({
      kind: 'identity',
      label: labelOfFile(file),
      file: path.resolve(file),
      classic: wanted.classic,
    });
  }
  const files = owners.flatMap((owner) => (owner.kind === 'identity' ? [owner.file] : []));
  if (new Set(files).size < files.length) {
    throw new UsageError('--generate-identity names the same file twice.');
  }
  return owners;
}

/**
 * Seals the master keys for an owner; makes and writes the identity first where one is to be generated.
 *
 * @param onIdentity told as soon as an identity file was written, since what fails later leaves it there
 */
export async function makeOwner(
  bundle: MasterBundle,
  owner: NewOwner,
  onIdentity: (file: string) => void,
): Promise<MadeOwner> {
  const { kind, label } = owner;
  if (owner.kind === 'passphrase') {
    const keyFile = named(label, await wrapBundle(bundle, { passphrase: owner.passphrase }));
    return { keyFile, label, kind, recipient: undefined, file: owner.file, postQuantum: true };
  }
  let recipient: string;
  let file: string | undefined;
  if (owner.kind === 'identity') {
    const identity = await generateIdentity(owner.classic ? 'x25519' : 'hybrid');
    await writeIdentityFile(owner.file, identity);
    onIdentity(owner.file);
    ({ recipient } = identity);
    ({ file } = owner);
  } else {
    ({ recipient } = owner);
  }
  const keyFile = named(label, await wrapBundle(bundle, { recipient }));
  return { keyFile, label, kind, recipient, file, postQuantum: isPostQuantum(recipient) };
}

/** Said whenever a classic recipient becomes an owner. */
export function classicWarning(
  owners: readonly Pick<MadeOwner, 'label' | 'postQuantum'>[],
): string | undefined {
  const classic = owners.filter(({ postQuantum }) => !postQuantum).map(({ label }) => label);
  if (classic.length === 0) return undefined;
  return (
    `the key of ${classic.join(', ')} is classic (X25519): whoever copies the store today and has a quantum computer one day ` +
    'can then open it with that key file, whatever the other owners have. Recipients that begin with age1pq1 withstand it'
  );
}

async function recipientOwner(text: string): Promise<NewOwner> {
  const at = text.indexOf('=');
  const recipient = text.slice(at + 1);
  await checkRecipient(recipient);
  // The last characters of a recipient tell it from others as well as the first ones, which are all alike.
  const label = at < 0 ? `recipient-${recipient.slice(-6)}` : text.slice(0, at);
  keyFileName(label, new Uint8Array(0));
  return { kind: 'recipient', label, recipient };
}

/** `/home/me/Etcd Backups.key` becomes `etcd-backups`. */
export function labelOfFile(file: string): string {
  const { name } = path.parse(file);
  const label = name
    .toLowerCase()
    .replace(/[^a-z0-9._-]+/g, '-')
    .replace(/^[^a-z0-9]+/, '')
    .slice(0, 63);
  return label === '' ? 'key' : label;
}

/** It is made with O_EXCL later; this is so that nothing was done yet when it turns out to be there. */
async function requireNewFile(file: string): Promise<void> {
  try {
    await lstat(file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return requireFolder(path.dirname(file), file);
    throw new KlosetStoreError('key.file-failed', `The file ${file} cannot be made`, {
      advice: 'Check the path and the rights.',
      cause: error,
    });
  }
  throw new KlosetStoreError(
    'key.file-exists',
    `The file ${file} exists already and is not overwritten: it may hold a key.`,
    { advice: 'Give another name, or give its public key with --recipient.' },
  );
}

async function requireFolder(folder: string, file: string): Promise<void> {
  try {
    await access(folder, constants.W_OK);
  } catch (error) {
    throw new KlosetStoreError('key.file-failed', `The file ${file} cannot be made`, {
      advice: 'Make its folder first, or give one that you can write to.',
      cause: error,
    });
  }
}

function named(label: string, bytes: Uint8Array): KeyFile {
  return { name: KEY_FOLDER + keyFileName(label, bytes), bytes };
}
