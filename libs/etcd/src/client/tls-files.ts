import { readFile } from 'node:fs/promises';
import tls from 'node:tls';
import { type EtcdTls } from './connection.ts';
import { EtcdError } from './etcd-error.ts';

/**
 * Reads the files and checks that they fit together.
 *
 * @throws EtcdError `etcd.file` names the file and what is wrong with it.
 */
export async function loadSecureContext(settings: EtcdTls): Promise<tls.SecureContext> {
  const { caFile, certFile, keyFile } = settings;
  if ((certFile === undefined) !== (keyFile === undefined)) {
    throw new EtcdError(
      'etcd.file',
      `A client certificate needs both files: ${certFile === undefined ? 'the certificate' : 'the key'} is missing.`,
      { advice: 'Give --cert and --key together.' },
    );
  }
  const [ca, cert, key] = await Promise.all([
    caFile === undefined ? systemAuthorities() : readPem(caFile, 'CERTIFICATE'),
    certFile === undefined ? undefined : readPem(certFile, 'CERTIFICATE'),
    keyFile === undefined ? undefined : readPem(keyFile, 'PRIVATE KEY'),
  ]);
  try {
    return tls.createSecureContext({ ca, cert, key, minVersion: 'TLSv1.2' });
  } catch (cause) {
    throw unusable(settings, cause);
  }
}

/** What Go, and so etcdctl, trusts when no CA is named, and what Node trusts. */
function systemAuthorities(): string[] {
  return [...tls.getCACertificates('default'), ...tls.getCACertificates('system')];
}

async function readPem(file: string, kind: 'CERTIFICATE' | 'PRIVATE KEY'): Promise<Buffer> {
  let content: Buffer;
  try {
    content = await readFile(file);
  } catch (cause) {
    throw new EtcdError('etcd.file', `The file ${file} cannot be read: ${messageOf(cause)}.`, {
      advice: 'Check the path and its permissions.',
      context: { file },
      cause,
    });
  }
  // OpenSSL takes a file without any certificate for an empty list, and fails much later.
  if (!new RegExp(`-----BEGIN [A-Z0-9 ]*${kind}-----`).test(content.toString('latin1'))) {
    throw new EtcdError('etcd.file', `The file ${file} holds no ${kind.toLowerCase()} in PEM form.`, {
      advice: 'Check that the files for CA, certificate and key have not been mixed up.',
      context: { file },
    });
  }
  return content;
}

function unusable({ caFile, certFile, keyFile }: EtcdTls, cause: unknown): EtcdError {
  const code = cause instanceof Error && 'code' in cause ? cause.code : undefined;
  if (code === 'ERR_OSSL_X509_KEY_VALUES_MISMATCH') {
    return new EtcdError('etcd.file', `The key ${keyFile} does not belong to the certificate ${certFile}.`, {
      advice: 'If they are being rotated just now, try again.',
      retryable: true,
      context: { file: keyFile },
      cause,
    });
  }
  const files = [caFile, certFile, keyFile].filter((file) => file !== undefined).join(', ');
  return new EtcdError('etcd.file', `The TLS files ${files} cannot be used: ${messageOf(cause)}.`, {
    advice: 'They must be PEM files, and the key must not be protected by a passphrase.',
    context: { file: keyFile ?? caFile },
    cause,
  });
}

function messageOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}
