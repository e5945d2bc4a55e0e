import { flag, list, required, value, withDefault } from './option.ts';
import { clusterName, timeout } from './values.ts';

/** Options that several commands share. */

export const outputOptions = {
  json: flag('print one JSON document on standard output, and nothing else there'),
  quiet: flag('say nothing but warnings, errors and what was asked for', { letter: 'q' }),
} as const;

export const storeOption = {
  store: required(
    value('STORE', 'where the store is: a folder or a URL (file:///…)', undefined, { completes: 'folder' }),
  ),
} as const;

export const clusterOption = {
  cluster: value('NAME', 'the name that the cluster has in the store', clusterName),
} as const;

const identityFile = list('FILE', "the owner's key: a file of age identities", undefined, {
  completes: 'file',
});
const passphraseFile = list(
  'FILE',
  "the owner's key: a file with a passphrase in its first line",
  undefined,
  {
    completes: 'file',
  },
);

/** For what only the owner can do. */
export const ownerKeyOptions = { identityFile, passphraseFile } as const;

/** For what several roles can do. */
export const keyOptions = {
  writerKeyFile: value('FILE', 'a key that can back up and list (see `keys writer`)', undefined, {
    completes: 'file',
  }),
  keeperKeyFile: value('FILE', 'a key that can list and note damage (see `keys keeper`)', undefined, {
    completes: 'file',
  }),
  ...ownerKeyOptions,
} as const;

export const spoolOption = {
  spoolDir: value(
    'DIR',
    'folder for private temporary files as large as the database (default: $TMPDIR or /tmp)',
    undefined,
    {
      completes: 'folder',
    },
  ),
} as const;

/** With the names that etcdctl gives them. */
export const etcdOptions = {
  endpoints: withDefault(
    list('HOST:PORT', "members' client URLs, separated by commas", undefined, {
      commas: true,
      alsoEnv: ['ETCDCTL_ENDPOINTS'],
    }),
    ['127.0.0.1:2379'],
  ),
  cacert: value('FILE', 'verify the certificates of the members with this CA', undefined, {
    completes: 'file',
    alsoEnv: ['ETCDCTL_CACERT'],
  }),
  cert: value('FILE', 'client certificate', undefined, { completes: 'file', alsoEnv: ['ETCDCTL_CERT'] }),
  key: value('FILE', 'key of the client certificate', undefined, {
    completes: 'file',
    alsoEnv: ['ETCDCTL_KEY'],
  }),
  tlsServerName: value('NAME', "the name in the members' certificates, when it is not their host"),
  insecureSkipTlsVerify: flag("do not verify the members' certificates (for tests only)", {
    alsoEnv: ['ETCDCTL_INSECURE_SKIP_TLS_VERIFY'],
  }),
  insecureTransport: flag(
    'with =false, endpoints without a scheme speak TLS also when no certificate is named',
    { alsoEnv: ['ETCDCTL_INSECURE_TRANSPORT'] },
  ),
  user: value('NAME[:PASSWORD]', 'user of a cluster with authentication', undefined, {
    alsoEnv: ['ETCDCTL_USER'],
  }),
  password: value('PASSWORD', 'its password (others can see it in the list of processes)', undefined, {
    alsoEnv: ['ETCDCTL_PASSWORD'],
  }),
  passwordFile: value('FILE', 'a file with the password in its first line', undefined, { completes: 'file' }),
  dialTimeout: value('TIME', 'time to connect (default: 5s)', timeout, {
    alsoEnv: ['ETCDCTL_DIAL_TIMEOUT'],
  }),
  commandTimeout: value('TIME', 'time for an answer, not for the snapshot itself (default: 10s)', timeout, {
    alsoEnv: ['ETCDCTL_COMMAND_TIMEOUT'],
  }),
  hashTimeout: value('TIME', 'time for a member to hash its data (default: 2m)', timeout),
  stallTimeout: value('TIME', 'give a member up whose snapshot stands still for so long', timeout),
  onlyEndpoints: flag('talk to the given endpoints only, not to the URLs that members advertise'),
} as const;
