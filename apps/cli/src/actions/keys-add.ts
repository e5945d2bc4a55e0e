import { openStore } from '@etcd-kloset/kloset';
import { type Action, type ExitCode } from '../commands/command.ts';
import { type keysAddOptions } from '../commands/keys.ts';
import { openOwnerBundle } from '../store/given-keys.ts';
import { classicWarning, makeOwner, planOwners, type MadeOwner } from '../store/new-owners.ts';
import { withStorage } from '../store/opened-storage.ts';
import { UsageError } from '../usage-error.ts';

export const keysAdd: Action<typeof keysAddOptions> = async ({ options, sourceOf, report, signal }) => {
  const owners = await planOwners(
    {
      recipient: options.recipient,
      passphraseFiles: options.newPassphraseFile,
      generateIdentity: options.generateIdentity,
      classic: options.classic === true,
    },
    report,
  );
  if (owners.length === 0) {
    throw new UsageError(
      'Nobody is named who is to become an owner.',
      'Give --recipient, --new-passphrase-file or --generate-identity.',
    );
  }
  return withStorage<ExitCode>(options.store, { report, signal }, async (storage) => {
    const store = await openStore(storage);
    const bundle = await openOwnerBundle(store, { given: options, sourceOf, report, signal });
    const made: MadeOwner[] = [];
    for (const owner of owners) {
      const one = await makeOwner(bundle, owner, (file) => report.note(`wrote the identity file ${file}`));
      await storage.put(one.keyFile.name, one.keyFile.bytes);
      made.push(one);
    }
    const warning = classicWarning(made);
    if (warning !== undefined) report.warn(warning);
    report.done(
      made.map(({ keyFile, label, kind, recipient, file, postQuantum }) => ({
        name: keyFile.name,
        label,
        kind,
        recipient: recipient ?? null,
        file: file ?? null,
        postQuantum,
      })),
      () => made.map(({ label, keyFile }) => `${label} is an owner now: ${keyFile.name}`).join('\n'),
    );
    return 0;
  });
};
