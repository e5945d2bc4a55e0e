import { parseArgs, type ParseArgsOptionsConfig } from 'node:util';
import { EmbeddedError } from './errors.ts';

const text = { type: 'string' } as const;

/** What can be said on the command line; everything else stands in the configuration file. */
const OPTIONS = {
  config: { type: 'string', short: 'c' },
  state: text,
  listen: text,
  store: text,
  'writer-key-file': text,
  'identity-file': text,
  'passphrase-file': text,
  cluster: text,
  endpoints: text,
  cacert: text,
  cert: text,
  key: text,
  'tls-server-name': text,
  'insecure-skip-tls-verify': { type: 'boolean' },
  user: text,
  'password-file': text,
  schedule: text,
  help: { type: 'boolean', short: 'h' },
} as const satisfies ParseArgsOptionsConfig;

export const USAGE = `Usage: npm start -- [options]

API, workers and, unless REDIS_URL names one, a Redis: all in one process on this machine.

  -c, --config FILE            the configuration file (default: ETCD_KLOSET_CONFIG, ./etcd-kloset.yaml)
  --state FOLDER               Redis' data, the first API key, and the store where no other is named
                               (default: ETCD_KLOSET_STATE, ./etcd-kloset-data)
  --listen HOST:PORT           where the API listens (default: 127.0.0.1:8080)

A store besides those of the file:
  --store STORE                a folder or a URL
  --writer-key-file FILE       a key that can back up (see \`etcd-kloset keys writer\`)
  --identity-file FILE         the owner's key, which downloads need
  --passphrase-file FILE       the same, as a passphrase

A cluster besides those of the file:
  --cluster NAME               the name that it has in the store
  --endpoints HOST:PORT,…      client URLs of its members
  --cacert FILE, --cert FILE, --key FILE, --tls-server-name NAME, --insecure-skip-tls-verify
  --user NAME, --password-file FILE
  --schedule CRON              when it is backed up by itself, such as '17 * * * *'

  -h, --help                   say this
`;

type Given = ReturnType<typeof parse>['values'];
export type Options = { readonly [Name in keyof typeof OPTIONS]?: Given[Name] };

/** @throws EmbeddedError `start.usage` */
export function parseOptions(argv: readonly string[]): Options {
  try {
    return parse(argv).values;
  } catch (error) {
    throw usageError((error as Error).message);
  }
}

function parse(argv: readonly string[]) {
  return parseArgs({ args: [...argv], options: OPTIONS });
}

export function usageError(message: string, advice = 'See npm start -- --help.'): EmbeddedError {
  return new EmbeddedError('start.usage', message, { advice });
}
