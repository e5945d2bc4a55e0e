import { type ConfigurationInput } from '@etcd-kloset/platform';
import { type Options, usageError } from '../options.ts';

type ClusterInput = NonNullable<ConfigurationInput['clusters']>[string];
const OF_CLUSTER = [
  'endpoints',
  'cacert',
  'cert',
  'key',
  'tls-server-name',
  'insecure-skip-tls-verify',
  'user',
  'password-file',
  'schedule',
] as const;

/** The cluster that the command line names, as the configuration file would have it; undefined when it names none. */
export function givenCluster(
  options: Options,
  store: string,
): { readonly name: string; readonly cluster: ClusterInput } | undefined {
  const { cluster: name, endpoints, user, schedule } = options;
  const passwordFile = options['password-file'];
  const some = OF_CLUSTER.find((option) => options[option] !== undefined);
  if (name === undefined && some === undefined) return undefined;
  if (name === undefined) throw usageError(`--${some!} is of a cluster, and --cluster is missing.`);
  if (endpoints === undefined) throw usageError('--cluster is given without --endpoints.');
  if ((user === undefined) !== (passwordFile === undefined)) {
    throw usageError('--user and --password-file are given together.');
  }
  return {
    name,
    cluster: {
      store,
      endpoints: endpoints.split(',').map((endpoint) => endpoint.trim()),
      ...tlsOf(options),
      ...(user === undefined ? {} : { auth: { user, passwordFile } }),
      ...(schedule === undefined ? {} : { schedule: { cron: schedule } }),
    },
  };
}

function tlsOf(options: Options): Pick<ClusterInput, 'tls'> {
  const { cacert: caFile, cert: certFile, key: keyFile } = options;
  const serverName = options['tls-server-name'];
  const insecureSkipVerify = options['insecure-skip-tls-verify'] ?? false;
  if ((certFile === undefined) !== (keyFile === undefined)) {
    throw usageError('--cert and --key are given together.');
  }
  const isMeant = insecureSkipVerify || [caFile, certFile, serverName].some((each) => each !== undefined);
  return isMeant ? { tls: { caFile, certFile, keyFile, serverName, insecureSkipVerify } } : {};
}
