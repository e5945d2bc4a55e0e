import { hash } from 'node:crypto';
import { KlosetStoreError } from '../errors.ts';
import { KEY_BYTES } from '../seal/derive-key.ts';
import { X_WING } from '../seal/x-wing.ts';
import { type Credential, type KeeperCredential, type WriterCredential } from './credential.ts';
import { base64url, requireEpochs, requireFormat } from './master-bundle.ts';
import { readSecretFile, writeSecretFile } from './secret-file.ts';
import { type Fields, parseFields, unreadable } from './strict-json.ts';

const FORMAT = 1;
const LENGTH_BYTES = 4;
const CHECKSUM_BYTES = 8;
const KEY_LINE = /^ETCD-KLOSET-(WRITER|KEEPER)-KEY-([0-9]{1,9}):([A-Za-z0-9_-]*)$/;

const CAN = {
  writer: 'It backs up, deduplicates and lists. It cannot decrypt a backup or delete one.',
  keeper: 'It lists. It cannot decrypt a backup or make one.',
} as const;

/**
 * The text of a credential file: comments after `#`, and one line
 * `ETCD-KLOSET-WRITER-KEY-1:` or `ETCD-KLOSET-KEEPER-KEY-1:` followed by base64url without padding of
 *
 * | bytes | what |
 * |---|---|
 * | 4 | n, big-endian |
 * | n | JSON |
 * | 8 | the first bytes of the SHA-256 of the JSON |
 */
export function encodeCredential(credential: Credential): string {
  const json = Buffer.from(JSON.stringify(documentOf(credential)), 'utf8');
  const length = Buffer.alloc(LENGTH_BYTES);
  length.writeUInt32BE(json.length);
  const payload = Buffer.concat([length, json, checksum(json)]).toString('base64url');
  return [
    `# etcd-kloset ${credential.role} key of store ${credential.store}, ${reachOf(credential)}, key epoch ${credential.current}.`,
    `# ${CAN[credential.role]} Keep it secret.`,
    `ETCD-KLOSET-${credential.role.toUpperCase()}-KEY-${FORMAT}:${payload}`,
    '',
  ].join('\n');
}

/**
 * @param name of the file, for errors
 * @throws `key.unreadable`, `key.wrong-kind`, `key.newer-format`
 */
export function parseCredential(text: string, name: string): Credential {
  const lines = text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'));
  const [line, ...more] = lines;
  if (line === undefined) throw unreadable(`The key file ${name}`, 'there is no key in it');
  if (!line.startsWith('ETCD-KLOSET-')) throw wrongKind(name, line);
  if (more.length > 0) {
    throw unreadable(`The key file ${name}`, 'there is more than one line in it that is no comment');
  }
  const match = KEY_LINE.exec(line);
  if (match === null) {
    throw unreadable(`The key file ${name}`, 'its line is cut short, or has characters that no key has');
  }
  const [, kind, format, payload] = match;
  requireFormat(Number(format), `The key file ${name}`);
  const what = `The ${kind!.toLowerCase()} key in ${name}`;
  const fields = parseFields(unpack(Buffer.from(payload!, 'base64url'), what), what);
  const credential = kind === 'WRITER' ? writerOf(fields) : keeperOf(fields);
  requireEpochs(credential, what);
  return credential;
}

/** Writes a credential to a new file, mode 0600. @throws `key.file-exists`, `key.file-failed` */
export async function writeCredentialFile(file: string, credential: Credential): Promise<void> {
  await writeSecretFile(file, encodeCredential(credential));
}

/** @throws `key.file-failed`, and what {@link parseCredential} throws */
export async function readCredentialFile(
  file: string,
): Promise<{ credential: Credential; warnings: readonly string[] }> {
  const { text, warnings } = await readSecretFile(file, 'key file');
  return { credential: parseCredential(text, file), warnings };
}

function unpack(payload: Buffer, what: string): Uint8Array {
  const length = payload.length < LENGTH_BYTES ? Infinity : payload.readUInt32BE(0);
  const end = LENGTH_BYTES + length;
  if (payload.length < end + CHECKSUM_BYTES) throw unreadable(what, 'it is cut short');
  if (payload.length > end + CHECKSUM_BYTES) throw unreadable(what, 'something was added to it');
  const json = payload.subarray(LENGTH_BYTES, end);
  if (!checksum(json).equals(payload.subarray(end))) {
    throw unreadable(what, 'it was altered: its checksum does not match');
  }
  return json;
}

function checksum(json: Uint8Array): Buffer {
  return hash('sha256', json, 'buffer').subarray(0, CHECKSUM_BYTES);
}

function documentOf(credential: Credential): object {
  const { store, current } = credential;
  if (credential.role === 'keeper') {
    return {
      store,
      nameKey: base64url(credential.nameKey),
      current,
      epochs: credential.epochs.map((keys) => ({
        epoch: keys.epoch,
        created: keys.created,
        metadataKey: base64url(keys.metadataKey),
        keeperKey: base64url(keys.keeperKey),
      })),
    };
  }
  const { reach } = credential;
  return {
    store,
    ...(reach.to === 'store'
      ? { nameKey: base64url(reach.nameKey) }
      : { cluster: { id: reach.id, name: reach.name } }),
    current,
    epochs: credential.epochs.map((keys) => ({
      epoch: keys.epoch,
      created: keys.created,
      dataPublicKey: base64url(keys.dataPublicKey),
      metadataKey: base64url(keys.metadataKey),
      idKey: base64url(keys.idKey),
      keeperPublicKey: base64url(keys.keeperPublicKey),
    })),
  };
}

function writerOf(fields: Fields): WriterCredential {
  return {
    role: 'writer',
    store: fields.id('store'),
    reach: fields.has('cluster')
      ? {
          to: 'cluster',
          id: fields.fields('cluster').id('id'),
          name: fields.fields('cluster').text('name'),
        }
      : { to: 'store', nameKey: fields.bytes('nameKey', KEY_BYTES) },
    current: fields.count('current'),
    epochs: fields.list('epochs').map((keys) => ({
      epoch: keys.count('epoch'),
      created: keys.text('created'),
      dataPublicKey: keys.bytes('dataPublicKey', X_WING.publicKeyBytes),
      metadataKey: keys.bytes('metadataKey', KEY_BYTES),
      idKey: keys.bytes('idKey', KEY_BYTES),
      keeperPublicKey: keys.bytes('keeperPublicKey', KEY_BYTES),
    })),
  };
}

function keeperOf(fields: Fields): KeeperCredential {
  return {
    role: 'keeper',
    store: fields.id('store'),
    nameKey: fields.bytes('nameKey', KEY_BYTES),
    current: fields.count('current'),
    epochs: fields.list('epochs').map((keys) => ({
      epoch: keys.count('epoch'),
      created: keys.text('created'),
      metadataKey: keys.bytes('metadataKey', KEY_BYTES),
      keeperKey: keys.bytes('keeperKey', KEY_BYTES),
    })),
  };
}

function reachOf(credential: Credential): string {
  return credential.role === 'writer' && credential.reach.to === 'cluster'
    ? `cluster ${JSON.stringify(credential.reach.name)} only`
    : 'all clusters';
}

function wrongKind(name: string, line: string): KlosetStoreError {
  const isIdentity = line.startsWith('AGE-SECRET-KEY-');
  return new KlosetStoreError(
    'key.wrong-kind',
    isIdentity
      ? `${name} is an identity file of age, not a writer or keeper key.`
      : `${name} is not a writer or keeper key of etcd-kloset.`,
    {
      advice: isIdentity
        ? 'Give it with --identity-file.'
        : 'Make one with `etcd-kloset keys writer` or `keys keeper`.',
    },
  );
}
