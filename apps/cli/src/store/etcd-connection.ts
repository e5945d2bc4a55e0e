import { parseEndpoint, type EtcdAuth, type EtcdConnection, type EtcdTls } from '@etcd-kloset/etcd';
import { readPassphraseFile } from '@etcd-kloset/kloset';
import { type etcdOptions } from '../options/groups.ts';
import { type Settled } from '../options/option.ts';
import { type Source } from '../options/settle.ts';
import { type Report } from '../output/report.ts';
import { UsageError } from '../usage-error.ts';

type EtcdOptions = Settled<typeof etcdOptions>;

/**
 * How to reach the cluster, from options with etcdctl's names.
 *
 * @throws UsageError, EtcdError `etcd.bad-endpoint`
 */
export async function etcdConnection(
  options: EtcdOptions,
  sourceOf: (name: keyof typeof etcdOptions) => Source,
  report: Report,
): Promise<EtcdConnection> {
  if (options.endpoints.length === 0) throw new UsageError('--endpoints is empty.');
  options.endpoints.forEach(parseEndpoint);
  return {
    endpoints: options.endpoints,
    tls: tlsOf(options),
    auth: await authOf(options, sourceOf, report),
    dialTimeoutMs: options.dialTimeout,
    commandTimeoutMs: options.commandTimeout,
    hashTimeoutMs: options.hashTimeout,
    onlyEndpoints: options.onlyEndpoints,
    onUnreachable: ({ message }) => report.warn(`an endpoint is of no use: ${message}`),
  };
}

function tlsOf(options: EtcdOptions): EtcdTls | undefined {
  const { cacert, cert, key, tlsServerName, insecureSkipTlsVerify, insecureTransport } = options;
  if ((cert === undefined) !== (key === undefined)) {
    throw new UsageError(
      cert === undefined ? '--key is given without --cert.' : '--cert is given without --key.',
      'A client certificate and its key are given together.',
    );
  }
  const isMeant =
    [cacert, cert, tlsServerName].some((each) => each !== undefined) ||
    insecureSkipTlsVerify === true ||
    insecureTransport === false;
  if (!isMeant) return undefined;
  return {
    caFile: cacert,
    certFile: cert,
    keyFile: key,
    serverName: tlsServerName,
    insecureSkipVerify: insecureSkipTlsVerify,
  };
}

/** A password on the command line goes before one in the environment, whichever way each is given. */
async function authOf(
  options: EtcdOptions,
  sourceOf: (name: 'user' | 'password' | 'passwordFile') => Source,
  report: Report,
): Promise<EtcdAuth | undefined> {
  const { user: given, password, passwordFile } = options;
  if (given === undefined) {
    const typed = (['password', 'passwordFile'] as const).some((name) => sourceOf(name) === 'command line');
    if (typed) throw new UsageError('A password is given without --user.');
    return undefined;
  }
  const colon = given.indexOf(':');
  const user = colon < 0 ? given : given.slice(0, colon);
  if (user === '') throw new UsageError('--user has no name.');
  const ways = [
    { from: sourceOf('user'), read: colon < 0 ? undefined : () => given.slice(colon + 1) },
    { from: sourceOf('password'), read: password === undefined ? undefined : () => password },
    {
      from: sourceOf('passwordFile'),
      read: passwordFile === undefined ? undefined : () => passwordIn(passwordFile, report),
    },
  ].filter(({ read }) => read !== undefined);
  const typed = ways.filter(({ from }) => from === 'command line');
  const [way, ...more] = typed.length > 0 ? typed : ways;
  if (way === undefined) {
    throw new UsageError(
      `There is no password for the user ${JSON.stringify(user)}.`,
      'Give --password-file, or set ETCD_KLOSET_PASSWORD or ETCDCTL_PASSWORD.',
    );
  }
  if (more.length > 0) throw new UsageError('The password is given in more than one way.', 'Give it once.');
  return { user, password: await way.read!() };
}

async function passwordIn(file: string, report: Report): Promise<string> {
  const { passphrase, warnings } = await readPassphraseFile(file, 'password file');
  warnings.forEach(report.warn);
  return passphrase;
}
