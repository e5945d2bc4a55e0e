import {
  KEYS_PREFIX,
  KlosetStoreError,
  openKeyFiles,
  openStore,
  readKeyFiles,
  type NamedKeyFile,
  type OwnerSecrets,
} from '@etcd-kloset/kloset';
import { CliError } from '../cli-error.ts';
import { type Action, type ExitCode } from '../commands/command.ts';
import { type keysRemoveOptions } from '../commands/keys.ts';
import { readOwnerSecrets } from '../store/given-keys.ts';
import { withStorage } from '../store/opened-storage.ts';
import { inspectKeyFile, type ListedKeyFile } from './keys-list.ts';

const NOTE =
  'this does not change the keys of the store: whoever opened or copied that key file before still has them';

export const keysRemove: Action<typeof keysRemoveOptions> = async ({
  options,
  arguments: positional,
  sourceOf,
  report,
  signal,
}) => {
  const [reference] = positional as [string];
  return withStorage<ExitCode>(options.store, { report, signal }, async (storage) => {
    const store = await openStore(storage);
    const all = await readKeyFiles(storage, signal);
    const files = all.map(inspectKeyFile);
    const file = findKeyFile(files, reference);
    if (!files.some((other) => other !== file && other.damage === undefined)) {
      throw new CliError(
        'keys.last',
        `${file.name} is the last key file that can be used; without it nobody could ever restore again.`,
        { advice: 'Add another owner first, with `etcd-kloset keys add`.' },
      );
    }
    await requireAnotherOwner(
      file.name,
      all.filter(({ name }) => name !== file.name),
      await readOwnerSecrets({ given: options, sourceOf, report, signal }),
      store.id,
    );
    await storage.delete(KEYS_PREFIX + file.name);
    report.warn(NOTE);
    report.done({ removed: file.name, note: NOTE }, () => `removed ${file.name}`);
    return 0;
  });
};

/**
 * A sound key file may be of another store, left there by an `init` that died or put there by somebody. That one of
 * those that stay is of this store shows only when it is opened.
 */
async function requireAnotherOwner(
  removed: string,
  staying: readonly NamedKeyFile[],
  secrets: OwnerSecrets,
  store: string,
): Promise<void> {
  try {
    await openKeyFiles(staying, secrets, store);
  } catch (error) {
    if (!(error instanceof KlosetStoreError)) throw error;
    throw new CliError(
      'keys.no-other-owner',
      `${removed} stays, for no other key file is known to open this store: ${error.message}`,
      {
        advice:
          'Give an identity or passphrase of a key file that is to stay, with --identity-file or --passphrase-file.',
        cause: error,
      },
    );
  }
}

/** @throws CliError `keys.not-found`, `keys.ambiguous` */
export function findKeyFile(files: readonly ListedKeyFile[], reference: string): ListedKeyFile {
  const wanted = reference.startsWith(KEYS_PREFIX) ? reference.slice(KEYS_PREFIX.length) : reference;
  const exact = files.filter(({ name, label }) => name === wanted || label === wanted);
  const matches = exact.length > 0 ? exact : files.filter(({ name }) => name.startsWith(wanted));
  const [found, ...more] = matches;
  if (found !== undefined && more.length === 0) return found;
  throw new CliError(
    found === undefined ? 'keys.not-found' : 'keys.ambiguous',
    found === undefined
      ? `No key file of the store begins with ${JSON.stringify(wanted)}.`
      : `${JSON.stringify(wanted)} could be any of ${matches.map(({ name }) => name).join(', ')}.`,
    { advice: 'See `etcd-kloset keys list` for their names.' },
  );
}
