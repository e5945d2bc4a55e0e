import { realpath } from 'node:fs/promises';
import path from 'node:path';
import { type EtcdAuth, type EtcdConnection, type EtcdTls, parseEndpoint } from '@etcd-kloset/etcd';
import { readPassphraseFile } from '@etcd-kloset/kloset';
import { type ClusterDefinition } from '../config/cluster-definition.ts';
import { isBelow } from '../config/is-below.ts';
import { PlatformError } from '../errors.ts';

export interface ConnectionOptions {
  /** Told sentences about files, such as that others can read one. */
  readonly onWarning?: (sentence: string) => void;
  readonly environment?: Readonly<Record<string, string | undefined>>;
}

/**
 * How to reach a cluster, with its password, which is read now. Files of a definition in a store are looked for in
 * `secretsFolder`, and nowhere else: whoever may register a cluster must not have the services read any other file.
 *
 * @throws PlatformError `secret.unreadable`, `secret.outside-folder`; EtcdError `etcd.bad-endpoint`
 */
export async function connectionOf(
  definition: Pick<ClusterDefinition, 'name' | 'endpoints' | 'onlyEndpoints' | 'tls' | 'auth' | 'origin'>,
  secretsFolder: string,
  options: ConnectionOptions = {},
): Promise<EtcdConnection> {
  const { name, endpoints, onlyEndpoints, tls, auth, origin } = definition;
  endpoints.forEach(parseEndpoint);
  const find = async (file: string): Promise<string> =>
    origin === 'configuration' ? file : findSecret(secretsFolder, file, name);
  return {
    endpoints,
    onlyEndpoints,
    tls: tls === undefined ? undefined : await tlsOf(tls, find),
    auth: auth === undefined ? undefined : await authOf(definition, auth, find, options),
  };
}

type Find = (file: string) => Promise<string>;

async function tlsOf(
  { caFile, certFile, keyFile, serverName, insecureSkipVerify }: NonNullable<ClusterDefinition['tls']>,
  find: Find,
): Promise<EtcdTls> {
  const found = async (file: string | undefined): Promise<string | undefined> =>
    file === undefined ? undefined : find(file);
  return {
    caFile: await found(caFile),
    certFile: await found(certFile),
    keyFile: await found(keyFile),
    serverName,
    insecureSkipVerify,
  };
}

async function authOf(
  { name, origin }: Pick<ClusterDefinition, 'name' | 'origin'>,
  { user, passwordFile, passwordEnv }: NonNullable<ClusterDefinition['auth']>,
  find: Find,
  { onWarning, environment = process.env }: ConnectionOptions,
): Promise<EtcdAuth> {
  if (passwordFile !== undefined) {
    const file = await find(passwordFile);
    try {
      const { passphrase, warnings } = await readPassphraseFile(file, 'password file');
      for (const warning of warnings) onWarning?.(warning);
      return { user, password: passphrase };
    } catch (cause) {
      throw unreadable(name, `the password file ${file}`, cause);
    }
  }
  const password =
    passwordEnv === undefined || origin !== 'configuration' ? undefined : environment[passwordEnv];
  if (password === undefined || password === '') {
    throw unreadable(name, `the variable ${passwordEnv ?? ''} of the environment`);
  }
  return { user, password };
}

/** A file below the folder, also when links lead to it, as Kubernetes puts secrets in place. */
async function findSecret(folder: string, file: string, cluster: string): Promise<string> {
  const outside = (): PlatformError =>
    new PlatformError(
      'secret.outside-folder',
      `The definition of the cluster ${JSON.stringify(cluster)} names a file outside of the folder for secrets: ${file}`,
      {
        advice: 'Put the file below secrets.folder, and name it relative to that.',
        context: { cluster, file, folder },
      },
    );
  const full = path.resolve(folder, file);
  if (path.isAbsolute(file) || !isBelow(full, path.resolve(folder))) throw outside();
  let real: string;
  let root: string;
  try {
    [real, root] = await Promise.all([realpath(full), realpath(folder)]);
  } catch (cause) {
    throw unreadable(cluster, `the file ${full}`, cause);
  }
  if (!isBelow(real, root)) throw outside();
  // Not the file that the links lead to now: certificates are read again when they rotate.
  return full;
}

function unreadable(cluster: string, what: string, cause?: unknown): PlatformError {
  return new PlatformError(
    'secret.unreadable',
    `The cluster ${JSON.stringify(cluster)} needs ${what}, which cannot be read.`,
    {
      advice: 'Put it in place, and see that the service may read it.',
      context: { cluster },
      cause,
    },
  );
}
