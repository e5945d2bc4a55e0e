import { KlosetStoreError } from '../errors.ts';

/** Longer than the 1,958 characters of a hybrid recipient; what is longer is none. */
const LONGEST = 4096;

/**
 * Whether what is encrypted to this recipient withstands a quantum computer. One classic recipient of a store
 * is enough to give its master keys, and so all of its backups, to whoever copied the store and has one.
 * (A passphrase is symmetric and does withstand one.)
 */
export function isPostQuantum(recipient: string): boolean {
  return recipient.startsWith('age1pq1');
}

/**
 * Makes sure that key files can be written to a recipient: age's own two kinds, whose identities this
 * program can use.
 *
 * @throws `key.bad-recipient`
 */
export async function checkRecipient(recipient: string): Promise<void> {
  const { Encrypter } = await import('age-encryption');
  if (recipient.startsWith('AGE-SECRET-KEY-')) {
    throw badRecipient('an identity was given, which is the secret half of a key: give its public key');
  }
  if (recipient.length > LONGEST || !/^age1(pq1)?[02-9ac-hj-np-z]+$/.test(recipient)) {
    const shown = recipient.length > 40 ? `${recipient.slice(0, 40)}…` : recipient;
    throw badRecipient(`${JSON.stringify(shown)} is no native recipient of age (age1… or age1pq1…)`);
  }
  try {
    new Encrypter().addRecipient(recipient);
  } catch (error) {
    throw badRecipient(`${recipient.slice(0, 12)}… is mistyped or cut short`, error);
  }
}

function badRecipient(reason: string, cause?: unknown): KlosetStoreError {
  return new KlosetStoreError('key.bad-recipient', `This recipient cannot be used: ${reason}.`, {
    advice: 'Give what stands after "# public key:" in the identity file.',
    cause,
  });
}
