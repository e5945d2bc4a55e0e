import { hash } from 'node:crypto';
import { KlosetStoreError } from '../errors.ts';
import { FORMAT_VERSION, SUITE } from '../objects/header.ts';

/** `kloset.json`: what a store says of itself, in the plain. */
export interface StoreFile {
  readonly format: number;
  readonly suite: number;
  /** 32 hex digits. */
  readonly store: string;
  /** RFC 3339. */
  readonly created: string;
}

/** One line of JSON; `sha256` covers the line as it is without that field. */
export function encodeStoreFile(file: StoreFile): Uint8Array {
  const plain = canonical(file);
  return Buffer.from(`${JSON.stringify({ ...plain, sha256: digestOf(plain) })}\n`);
}

/** @throws `store.newer-format`, `object.rotten` */
export function decodeStoreFile(bytes: Uint8Array, url: string): StoreFile {
  let json: Partial<StoreFile & { sha256: string }> | null;
  try {
    json = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes)) as typeof json;
  } catch (cause) {
    throw rotten(url, cause);
  }
  if (typeof json !== 'object' || json === null) throw rotten(url);
  const { format, suite, store, created } = json;
  if (typeof format === 'number' && typeof suite === 'number' && (format > FORMAT_VERSION || suite > SUITE)) {
    throw new KlosetStoreError(
      'store.newer-format',
      `the store ${url} has format ${format}, suite ${suite}; this program knows format ${FORMAT_VERSION}, suite ${SUITE}`,
      {
        advice: 'Use a newer etcd-kloset for this store.',
      },
    );
  }
  if (
    format !== FORMAT_VERSION ||
    suite !== SUITE ||
    typeof store !== 'string' ||
    typeof created !== 'string'
  )
    throw rotten(url);
  const file = { format, suite, store, created };
  if (!Buffer.from(bytes).equals(encodeStoreFile(file)) || !/^[0-9a-f]{32}$/.test(store)) throw rotten(url);
  return file;
}

function canonical({ format, suite, store, created }: StoreFile): StoreFile {
  return { format, suite, store, created };
}

function digestOf(file: StoreFile): string {
  return hash('sha256', JSON.stringify(file), 'hex');
}

function rotten(url: string, cause?: unknown): KlosetStoreError {
  return new KlosetStoreError('object.rotten', `kloset.json of the store ${url} is damaged`, {
    cause,
    advice: 'Put back a sound copy of kloset.json; it never changes, and any copy of the store has it.',
    context: { object: 'kloset.json' },
  });
}
