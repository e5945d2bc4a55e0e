import { hash } from 'node:crypto';
import { KlosetStoreError } from '../errors.ts';

const LABEL = /^[a-z0-9][a-z0-9._-]{0,62}$/;
const FILE_NAME = /^([a-z0-9][a-z0-9._-]{0,62})-([0-9a-f]{16})\.age$/;

/** Key files lie here, beside `kloset.json`. */
export const KEY_FOLDER = 'keys/';

/**
 * What a key file is called below {@link KEY_FOLDER}: `<label>-<16 hex digits>.age`. The digits begin the
 * SHA-256 of the file, so that anyone can tell a sound key file from a rotten one without a key.
 *
 * @param label says to people whose key it is: small letters, digits, `.`, `_` and `-`, 63 at most; it is
 * readable by everyone who can list the store
 * @throws `key.bad-label`
 */
export function keyFileName(label: string, bytes: Uint8Array): string {
  if (!LABEL.test(label)) {
    throw new KlosetStoreError(
      'key.bad-label',
      `${JSON.stringify(label)} cannot be the name of a key file.`,
      {
        advice: 'Use up to 63 of the characters a-z, 0-9, ".", "_" and "-", a letter or digit first.',
      },
    );
  }
  return `${label}-${digestOf(bytes)}.age`;
}

/** The label in a key file's name; `undefined` for a file that is not called like one. */
export function labelOfKeyFile(name: string): string | undefined {
  return FILE_NAME.exec(name)?.[1];
}

/** @throws `object.rotten` when the bytes are not those that the name was made for */
export function checkKeyFile(name: string, bytes: Uint8Array): void {
  if (FILE_NAME.exec(name)?.[2] === digestOf(bytes)) return;
  throw new KlosetStoreError(
    'object.rotten',
    `The key file ${name} is damaged: its digest is not the one in its name.`,
    {
      advice: 'Put back a sound copy, or open the store with another key and add this one again.',
      context: { object: `${KEY_FOLDER}${name}` },
    },
  );
}

function digestOf(bytes: Uint8Array): string {
  return hash('sha256', bytes, 'hex').slice(0, 16);
}
