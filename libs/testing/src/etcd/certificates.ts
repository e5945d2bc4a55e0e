import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { run } from '../run.ts';

/** Paths of a certificate and its private key, in PEM. */
export interface CertificateFiles {
  readonly cert: string;
  readonly key: string;
}

export interface Certificates {
  /** The authority that servers and clients of the cluster trust. */
  readonly ca: string;
  /** For 127.0.0.1, ::1 and localhost. */
  readonly server: CertificateFiles;
  /** Signed by the right authority, but for another host. */
  readonly wrongHost: CertificateFiles;
  /** An authority that nobody trusts, with a server and a client certificate (CN root) of its own. */
  readonly stranger: {
    readonly ca: string;
    readonly server: CertificateFiles;
    readonly client: CertificateFiles;
  };
  /** A client certificate whose CN is `name`; with authentication on, etcd takes the CN for the user. */
  client(name: string): Promise<CertificateFiles>;
}

/** Makes two authorities and what they sign below `folder`, with the `openssl` program. */
export async function makeCertificates(folder: string): Promise<Certificates> {
  await mkdir(folder, { recursive: true });
  const trusted = await makeAuthority(folder, 'ca');
  const stranger = await makeAuthority(folder, 'stranger-ca');
  const here = 'IP:127.0.0.1,IP:::1,DNS:localhost';
  const [server, wrongHost, strangerServer, strangerClient] = await Promise.all([
    trusted.sign('server', 'etcd', here),
    trusted.sign('wrong-host', 'etcd', 'DNS:another-host.example,IP:192.0.2.1'),
    stranger.sign('stranger-server', 'etcd', here),
    stranger.sign('stranger-client', 'root', here),
  ]);
  const clients = new Map<string, Promise<CertificateFiles>>();
  return {
    ca: trusted.certificate,
    server,
    wrongHost,
    stranger: { ca: stranger.certificate, server: strangerServer, client: strangerClient },
    client: (name) => {
      const files = clients.get(name) ?? trusted.sign(`client-${name}`, name, here);
      clients.set(name, files);
      return files;
    },
  };
}

interface Authority {
  readonly certificate: string;
  sign(file: string, commonName: string, altNames: string): Promise<CertificateFiles>;
}

async function makeAuthority(folder: string, name: string): Promise<Authority> {
  const key = await makeKey(folder, name);
  const certificate = path.join(folder, `${name}.crt`);
  await run('openssl', [
    'req',
    '-x509',
    '-new',
    '-key',
    key,
    '-subj',
    `/CN=${name}`,
    '-days',
    '30',
    '-out',
    certificate,
  ]);
  return {
    certificate,
    sign: async (file, commonName, altNames) => {
      const files = { cert: path.join(folder, `${file}.crt`), key: await makeKey(folder, file) };
      const request = path.join(folder, `${file}.csr`);
      const extensions = path.join(folder, `${file}.ext`);
      await writeFile(
        extensions,
        `subjectAltName=${altNames}\nextendedKeyUsage=serverAuth,clientAuth\nkeyUsage=digitalSignature\n`,
      );
      await run('openssl', ['req', '-new', '-key', files.key, '-subj', `/CN=${commonName}`, '-out', request]);
      await run('openssl', [
        ...['x509', '-req', '-in', request, '-days', '30', '-extfile', extensions],
        ...['-CA', certificate, '-CAkey', key, '-set_serial', String(Date.now()), '-out', files.cert],
      ]);
      return files;
    },
  };
}

async function makeKey(folder: string, name: string): Promise<string> {
  const key = path.join(folder, `${name}.key`);
  await run('openssl', ['ecparam', '-name', 'prime256v1', '-genkey', '-noout', '-out', key]);
  return key;
}
