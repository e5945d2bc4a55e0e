import { type ConfigurationInput } from '@etcd-kloset/platform';
import { type Options, usageError } from '../options.ts';

type StoreInput = NonNullable<ConfigurationInput['stores']>[string];

/** The store that the command line names, as the configuration file would have it; undefined when it names none. */
export function givenStore(options: Options): StoreInput | undefined {
  const keys = {
    writerKeyFile: options['writer-key-file'],
    identityFile: options['identity-file'],
    passphraseFile: options['passphrase-file'],
  };
  const hasKey = Object.values(keys).some((file) => file !== undefined);
  if (options.store === undefined) {
    if (!hasKey) return undefined;
    throw usageError('A key of a store is given without --store.');
  }
  if (!hasKey) {
    throw usageError(
      '--store is given without a key of it.',
      'Give --writer-key-file or --identity-file; `etcd-kloset init` makes a new store.',
    );
  }
  return { url: options.store, ...keys };
}
