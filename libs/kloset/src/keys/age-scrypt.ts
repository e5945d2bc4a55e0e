import { createCipheriv, createDecipheriv, randomBytes, scrypt } from 'node:crypto';
import { type Identity, type Recipient, type Stanza } from 'age-encryption';
import { KlosetStoreError } from '../errors.ts';

/**
 * age's passphrase recipient (C2SP age, "The scrypt recipient type") on OpenSSL's scrypt. The age library's
 * own runs in JavaScript: it stops the process for a second or two, and its 256 MiB stay until the garbage
 * collector finds them, which a backup that is held to 350 MB cannot afford. This one runs on another
 * thread and gives its memory back at once.
 */
const LABEL = Buffer.from('age-encryption.org/v1/scrypt');
const SALT_BYTES = 16;
const FILE_KEY_BYTES = 16;
const TAG_BYTES = 16;
const NONCE = new Uint8Array(12);

/** age's own default: 256 MiB and about a second for each guess. */
export const DEFAULT_WORK_FACTOR = 18;

/** More would take 2 GiB and more: a key file that asks for it is not one of ours. */
const HIGHEST_WORK_FACTOR = 20;

/** @param StanzaClass the age library's, which is loaded only when it is needed */
export function scryptRecipient(
  StanzaClass: typeof Stanza,
  passphrase: string,
  workFactor: number,
): Recipient {
  return {
    async wrapFileKey(fileKey) {
      const salt = randomBytes(SALT_BYTES);
      const cipher = createCipheriv(
        'chacha20-poly1305',
        await wrappingKey(passphrase, salt, workFactor),
        NONCE,
        { authTagLength: TAG_BYTES },
      );
      const body = Buffer.concat([cipher.update(fileKey), cipher.final(), cipher.getAuthTag()]);
      return [new StanzaClass(['scrypt', base64(salt), String(workFactor)], body)];
    },
  };
}

/** Tries one passphrase. */
export function scryptIdentity(passphrase: string): Identity {
  return {
    async unwrapFileKey(stanzas) {
      const stanza = stanzas.find(({ args }) => args[0] === 'scrypt');
      if (stanza === undefined) return null;
      const { salt, workFactor } = parseStanza(stanza, stanzas.length);
      const key = await wrappingKey(passphrase, salt, workFactor);
      const decipher = createDecipheriv('chacha20-poly1305', key, NONCE, { authTagLength: TAG_BYTES });
      decipher.setAuthTag(stanza.body.subarray(FILE_KEY_BYTES));
      const fileKey = decipher.update(stanza.body.subarray(0, FILE_KEY_BYTES));
      try {
        decipher.final();
      } catch {
        // The tag does not match: another passphrase.
        return null;
      }
      return fileKey;
    },
  };
}

function parseStanza({ args, body }: Stanza, stanzaCount: number): { salt: Uint8Array; workFactor: number } {
  const [, saltText = '', factorText = ''] = args;
  const salt = Buffer.from(saltText, 'base64');
  const workFactor = Number(factorText);
  if (
    stanzaCount !== 1 ||
    args.length !== 3 ||
    salt.length !== SALT_BYTES ||
    base64(salt) !== saltText ||
    !/^[1-9][0-9]*$/.test(factorText) ||
    body.length !== FILE_KEY_BYTES + TAG_BYTES
  ) {
    throw new KlosetStoreError('key.unreadable', 'Its passphrase entry is not as age writes it.');
  }
  if (workFactor > HIGHEST_WORK_FACTOR) {
    throw new KlosetStoreError(
      'key.unreadable',
      `It asks for a scrypt work factor of ${factorText}; up to ${HIGHEST_WORK_FACTOR} is accepted, which takes 1 GiB.`,
    );
  }
  return { salt, workFactor };
}

function wrappingKey(passphrase: string, salt: Uint8Array, workFactor: number): Promise<Uint8Array> {
  const cost = 2 ** workFactor;
  const blockSize = 8;
  const memory = 128 * cost * blockSize;
  return new Promise((resolve, reject) => {
    scrypt(
      passphrase,
      Buffer.concat([LABEL, salt]),
      32,
      { cost, blockSize, parallelization: 1, maxmem: 2 * memory },
      (error, key) => (error === null ? resolve(key) : reject(error)),
    );
  });
}

/** age writes base64 without padding. */
function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64').replace(/=+$/, '');
}
