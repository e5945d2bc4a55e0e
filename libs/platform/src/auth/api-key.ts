import { hash, randomBytes } from 'node:crypto';

/** 256 bits: 43 characters of base64url. */
const SECRET_BYTES = 32;

export interface NewApiKey {
  /** Told once, to whoever is to use it. */
  readonly token: string;
  /** For the configuration. */
  readonly hash: string;
}

/**
 * Makes an API key: `ek_<name>_<43 characters>`. The prefix lets scanners for leaked secrets find it, the name lets
 * a person tell whose it is; neither is a secret.
 */
export function newApiKey(name?: string): NewApiKey {
  const word = name?.replace(/[^A-Za-z0-9]+/g, '-').replace(/^-|-$/g, '') ?? '';
  const secret = randomBytes(SECRET_BYTES).toString('base64url');
  const token = word === '' ? `ek_${secret}` : `ek_${word}_${secret}`;
  return { token, hash: hashApiKey(token) };
}

/**
 * What the configuration keeps of a key: `sha256:` and 64 hex digits.
 *
 * A fast hash is right here. Slow ones make it dear to try the passwords that people choose; nobody tries 2^256 random
 * tokens, and a slow hash at every request would only let strangers keep the API busy.
 */
export function hashApiKey(token: string): string {
  return `sha256:${hash('sha256', token, 'hex')}`;
}
