// As a whole: where one of these functions is missing, a named import would end the program with a riddle.
import crypto, { type KeyObject } from 'node:crypto';
import { KlosetStoreError } from '../errors.ts';

/**
 * X-Wing (draft-connolly-cfrg-xwing-kem, HPKE's KEM 0x647A): ML-KEM-768 and X25519 in one, safe as long as
 * either is. It is put together here from OpenSSL's two halves, which node:crypto has since 24.7; that takes
 * a twentieth of the time of JavaScript implementations and OpenSSL takes care of side channels. The tests
 * hold it against the draft's vectors and two other implementations.
 *
 * private key: a seed of 32 bytes; SHAKE-256 makes 96 bytes of it: the ML-KEM seed (d ‖ z, 64) and the X25519 key (32).
 * public key: ML-KEM-768's (1,184 bytes) ‖ X25519's (32).
 * encapsulation: ML-KEM-768's ciphertext (1,088 bytes) ‖ an ephemeral X25519 public key (32).
 */
export const X_WING = { privateKeyBytes: 32, publicKeyBytes: 1216, encapsulationBytes: 1120 } as const;

const ML_KEM_PUBLIC_BYTES = 1184;
const ML_KEM_CIPHERTEXT_BYTES = 1088;
const ML_KEM_SEED_BYTES = 64;

/** The draft's label, six bytes that draw an X-wing: `\./` above `/^\`. */
const LABEL = Buffer.from('5c2e2f2f5e5c', 'hex');

/** What stands before a raw key in its standard encoding: X25519 in RFC 8410, ML-KEM-768 in RFC 9935. */
const DER = {
  x25519Public: Buffer.from('302a300506032b656e032100', 'hex'),
  x25519Private: Buffer.from('302e020100300506032b656e04220420', 'hex'),
  mlKemPublic: Buffer.from('308204b2300b0609608648016503040402038204a100', 'hex'),
  mlKemSeed: Buffer.from('3054020100300b06096086480165030404020442' + '8040', 'hex'),
} as const;

/** A public key, taken apart once for many encapsulations. */
export interface XWingPublicKey {
  readonly mlKem: KeyObject;
  readonly x25519: KeyObject;
  readonly x25519Bytes: Uint8Array;
}

/** A private key, taken apart once for many decapsulations. */
export interface XWingPrivateKey {
  readonly mlKem: KeyObject;
  readonly x25519: KeyObject;
  readonly x25519PublicBytes: Uint8Array;
}

export function generateXWingSeed(): Uint8Array {
  return new Uint8Array(crypto.randomBytes(X_WING.privateKeyBytes));
}

/** @throws RangeError for a wrong length, and whatever OpenSSL throws for bytes that are no ML-KEM key. */
export function parseXWingPublicKey(publicKey: Uint8Array): XWingPublicKey {
  requireMlKem();
  requireLength('an X-Wing public key', publicKey, X_WING.publicKeyBytes);
  const x25519Bytes = publicKey.slice(ML_KEM_PUBLIC_BYTES);
  return {
    mlKem: publicFromDer(DER.mlKemPublic, publicKey.subarray(0, ML_KEM_PUBLIC_BYTES)),
    x25519: publicFromDer(DER.x25519Public, x25519Bytes),
    x25519Bytes,
  };
}

/** @throws RangeError for a wrong length. */
export function expandXWingSeed(seed: Uint8Array): XWingPrivateKey {
  requireMlKem();
  requireLength('an X-Wing private key', seed, X_WING.privateKeyBytes);
  const expanded = crypto
    .createHash('shake256', { outputLength: ML_KEM_SEED_BYTES + 32 })
    .update(seed)
    .digest();
  const mlKem = privateFromDer(DER.mlKemSeed, expanded.subarray(0, ML_KEM_SEED_BYTES));
  const x25519 = privateFromDer(DER.x25519Private, expanded.subarray(ML_KEM_SEED_BYTES));
  return { mlKem, x25519, x25519PublicBytes: rawPublic(x25519, DER.x25519Public) };
}

/** The public key (1,216 bytes) that belongs to a seed. */
export function xWingPublicKeyOf(seed: Uint8Array): Uint8Array {
  const { mlKem, x25519PublicBytes } = expandXWingSeed(seed);
  return new Uint8Array(Buffer.concat([rawPublic(mlKem, DER.mlKemPublic), x25519PublicBytes]));
}

/** A fresh shared secret (32 bytes) and the encapsulation (1,120 bytes) from which the private key gets it. */
export function xWingEncapsulate(publicKey: XWingPublicKey): {
  sharedSecret: Uint8Array;
  encapsulation: Uint8Array;
} {
  const mlKem = crypto.encapsulate(publicKey.mlKem);
  const ephemeral = crypto.generateKeyPairSync('x25519');
  const ephemeralPublic = rawPublic(ephemeral.publicKey, DER.x25519Public);
  const x25519 = crypto.diffieHellman({ privateKey: ephemeral.privateKey, publicKey: publicKey.x25519 });
  return {
    sharedSecret: combine(mlKem.sharedKey, x25519, ephemeralPublic, publicKey.x25519Bytes),
    encapsulation: Buffer.concat([mlKem.ciphertext, ephemeralPublic]),
  };
}

/**
 * The shared secret (32 bytes) of an encapsulation. One that was altered gives another secret rather than
 * an error (ML-KEM rejects implicitly), except where OpenSSL refuses an X25519 point of low order.
 *
 * @throws RangeError for a wrong length.
 */
export function xWingDecapsulate(privateKey: XWingPrivateKey, encapsulation: Uint8Array): Uint8Array {
  requireLength('an X-Wing encapsulation', encapsulation, X_WING.encapsulationBytes);
  const ephemeralPublic = encapsulation.subarray(ML_KEM_CIPHERTEXT_BYTES);
  const mlKem = crypto.decapsulate(privateKey.mlKem, encapsulation.subarray(0, ML_KEM_CIPHERTEXT_BYTES));
  const x25519 = crypto.diffieHellman({
    privateKey: privateKey.x25519,
    publicKey: publicFromDer(DER.x25519Public, ephemeralPublic),
  });
  return combine(mlKem, x25519, ephemeralPublic, privateKey.x25519PublicBytes);
}

function combine(
  mlKemSecret: Uint8Array,
  x25519Secret: Uint8Array,
  ephemeralPublic: Uint8Array,
  recipientPublic: Uint8Array,
): Uint8Array {
  const input = Buffer.concat([mlKemSecret, x25519Secret, ephemeralPublic, recipientPublic, LABEL]);
  return crypto.hash('sha3-256', input, 'buffer');
}

function publicFromDer(prefix: Uint8Array, raw: Uint8Array): KeyObject {
  return crypto.createPublicKey({ key: Buffer.concat([prefix, raw]), format: 'der', type: 'spki' });
}

function privateFromDer(prefix: Uint8Array, raw: Uint8Array): KeyObject {
  return crypto.createPrivateKey({ key: Buffer.concat([prefix, raw]), format: 'der', type: 'pkcs8' });
}

function rawPublic(key: KeyObject, prefix: Uint8Array): Uint8Array {
  const publicKey = key.type === 'private' ? crypto.createPublicKey(key) : key;
  return publicKey.export({ format: 'der', type: 'spki' }).subarray(prefix.length);
}

function requireLength(what: string, bytes: Uint8Array, length: number): void {
  if (bytes.length !== length) throw new RangeError(`${what} has ${length} bytes, not ${bytes.length}`);
}

let hasMlKem = false;

/** @throws `key.needs-newer-node` */
function requireMlKem(): void {
  if (hasMlKem) return;
  try {
    crypto.encapsulate(crypto.generateKeyPairSync('ml-kem-768').publicKey);
  } catch (error) {
    throw new KlosetStoreError(
      'key.needs-newer-node',
      `This Node.js (${process.version}, OpenSSL ${process.versions.openssl}) cannot do ML-KEM, which seals backups.`,
      { advice: 'Use Node.js 24.8 or newer with OpenSSL 3.5, or the bundle of etcd-kloset.', cause: error },
    );
  }
  hasMlKem = true;
}
