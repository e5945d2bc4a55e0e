import { KlosetStoreError } from '../errors.ts';
import { readSecretFile, writeSecretFile } from './secret-file.ts';

/** An identity of age that this program opens key files with: hybrid (post-quantum) or X25519. */
const IDENTITY = /^AGE-SECRET-KEY-(PQ-)?1[0-9A-Z]+$/;

/** Files that are easily taken for an identity file, by how a line of them begins. */
const MISTAKEN: readonly (readonly [RegExp, string])[] = [
  [
    /^age-encryption\.org\/|^-----BEGIN AGE ENCRYPTED/,
    'it is itself encrypted: decrypt it with `age -d` first',
  ],
  [/^AGE-PLUGIN-/, 'it is for a plugin of age, which this program does not run'],
  [/^-----BEGIN .*PRIVATE KEY/, 'it holds an SSH or PEM key, and identities of age are needed'],
  [/^age1/, 'it holds a recipient, which is the public half: the identity begins with AGE-SECRET-KEY-'],
  [/^ETCD-KLOSET-/, 'it is a key of etcd-kloset for a writer or keeper, not an identity of age'],
];

/**
 * Reads a file of identities as `age-keygen` writes it: one a line, comments after `#`, empty lines.
 *
 * @returns the identities; whether their checksums hold shows when they are used
 * @throws `key.file-failed`, `key.unreadable`
 */
export async function readIdentityFile(
  file: string,
): Promise<{ identities: string[]; warnings: readonly string[] }> {
  const { text, warnings } = await readSecretFile(file, 'identity file');
  const identities: string[] = [];
  for (const [index, line] of text
    .split('\n')
    .map((each) => each.trim())
    .entries()) {
    if (line === '' || line.startsWith('#')) continue;
    if (!IDENTITY.test(line)) throw notAnIdentity(file, index + 1, line);
    identities.push(line);
  }
  if (identities.length === 0) throw unusable(file, 'there is no identity in it');
  return { identities, warnings };
}

export interface GeneratedIdentity {
  /** The secret half: `AGE-SECRET-KEY-…`. */
  readonly identity: string;
  /** The public half: `age1…`. */
  readonly recipient: string;
}

/** A new identity: hybrid (X25519 and ML-KEM-768), unless a classic X25519 one is asked for. */
export async function generateIdentity(kind: 'hybrid' | 'x25519' = 'hybrid'): Promise<GeneratedIdentity> {
  const age = await import('age-encryption');
  const identity = await (kind === 'hybrid' ? age.generateHybridIdentity() : age.generateX25519Identity());
  return { identity, recipient: await age.identityToRecipient(identity) };
}

/**
 * Writes a new identity file as `age-keygen` does, mode 0600.
 *
 * @throws `key.file-exists`, `key.file-failed`
 */
export async function writeIdentityFile(
  file: string,
  { identity, recipient }: GeneratedIdentity,
  now: Date = new Date(),
): Promise<void> {
  const created = now.toISOString().replace(/\.\d+Z$/, 'Z');
  await writeSecretFile(file, `# created: ${created}\n# public key: ${recipient}\n${identity}\n`);
}

function notAnIdentity(file: string, number: number, line: string): KlosetStoreError {
  const mistaken = MISTAKEN.find(([beginning]) => beginning.test(line));
  return unusable(file, mistaken?.[1] ?? `line ${number} is neither an identity nor a comment`);
}

function unusable(file: string, reason: string): KlosetStoreError {
  return new KlosetStoreError('key.unreadable', `The identity file ${file} cannot be used: ${reason}.`, {
    advice: 'Give a file as `age-keygen` or `etcd-kloset init --generate-identity` writes it.',
  });
}
