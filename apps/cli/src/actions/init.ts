import {
  CLUSTERS_PREFIX,
  createMasterBundle,
  createStore,
  KlosetStoreError,
  STORE_FILE,
  type Store,
} from '@etcd-kloset/kloset';
import { type Storage } from '@etcd-kloset/storage';
import { type Action, type ExitCode, type Invocation } from '../commands/command.ts';
import { type initOptions } from '../commands/init.ts';
import { formatFields } from '../output/table.ts';
import {
  classicWarning,
  makeOwner,
  planOwners,
  type MadeOwner,
  type OwnersWanted,
} from '../store/new-owners.ts';
import { withStorage } from '../store/opened-storage.ts';
import { UsageError } from '../usage-error.ts';

export const init: Action<typeof initOptions> = async (invocation) => {
  const { options, report, signal } = invocation;
  const url = storeOf(invocation);
  const owners = await planOwners(
    {
      ...ownersNamed(invocation),
      classic: options.classic === true,
    },
    report,
  );
  if (owners.length === 0) {
    throw new UsageError(
      'A store needs an owner: nobody is named who could open it.',
      'Give --recipient, --passphrase-file or --generate-identity; several are fine.',
    );
  }
  return withStorage<ExitCode>(url, { report, signal, create: true }, async (storage) => {
    await requireNoStore(storage);
    const identityFiles: string[] = [];
    try {
      const bundle = createMasterBundle();
      const made: MadeOwner[] = [];
      for (const owner of owners) {
        signal.throwIfAborted();
        made.push(await makeOwner(bundle, owner, (file) => identityFiles.push(file)));
      }
      const store = await createStore(
        storage,
        bundle.store,
        made.map(({ keyFile }) => keyFile),
      );
      const warning = classicWarning(made);
      if (warning !== undefined) report.warn(warning);
      report.done(documentOf(store, made), () => textOf(store, made));
      return 0;
    } catch (error) {
      if (identityFiles.length > 0) {
        report.warn(
          `there is no store, but ${identityFiles.join(', ')} was made already. Unless a store turns out to be there, remove it`,
        );
      }
      throw error;
    }
  });
};

function storeOf({ arguments: [argument], options, sourceOf }: Invocation<typeof initOptions>): string {
  if (argument !== undefined && sourceOf('store') === 'command line' && options.store !== argument) {
    throw new UsageError(
      'The place of the store is given twice, as the argument and with --store.',
      'Give it once.',
    );
  }
  const url = argument ?? options.store;
  if (url === undefined) {
    throw new UsageError(
      'Where the store is to be is missing.',
      'Give a folder or a URL: etcd-kloset init STORE.',
    );
  }
  return url;
}

/**
 * Whoever is named on the command line becomes an owner. The environment, where the keys of other stores may stand,
 * counts only when nobody is.
 */
function ownersNamed({
  options,
  sourceOf,
}: Invocation<typeof initOptions>): Pick<OwnersWanted, 'recipient' | 'passphraseFiles' | 'generateIdentity'> {
  const names = ['recipient', 'passphraseFile', 'generateIdentity'] as const;
  const isTyped = names.some((name) => sourceOf(name) === 'command line');
  const of = (name: (typeof names)[number]): readonly string[] =>
    isTyped && sourceOf(name) !== 'command line' ? [] : options[name];
  return {
    recipient: of('recipient'),
    passphraseFiles: of('passphraseFile'),
    generateIdentity: of('generateIdentity'),
  };
}

/** Before an identity is made and written, which would be for nothing. */
async function requireNoStore(storage: Storage): Promise<void> {
  const isThere =
    (await storage.stat(STORE_FILE)) !== undefined || (await storage.folders(CLUSTERS_PREFIX)).length > 0;
  if (!isThere) return;
  throw new KlosetStoreError('store.exists', `there is a store in ${storage.url} already`, {
    advice: 'Use it as it is, or give an empty place for a new one.',
  });
}

function documentOf({ storage, id, created }: Store, made: readonly MadeOwner[]) {
  return {
    store: storage.url,
    id,
    created,
    keyFiles: made.map(({ keyFile, label, kind, recipient, file, postQuantum }) => ({
      name: keyFile.name,
      label,
      kind,
      recipient: recipient ?? null,
      file: file ?? null,
      postQuantum,
    })),
    postQuantum: made.every(({ postQuantum }) => postQuantum),
  };
}

function textOf({ storage, id }: Store, made: readonly MadeOwner[]): string {
  return [
    `made the store ${storage.url}`,
    formatFields([
      ['id', id],
      ...made.map(({ label, kind, recipient }): [string, string] => [
        'owner',
        kind === 'passphrase' ? `${label} (a passphrase)` : `${label} (${shortRecipient(recipient!)})`,
      ]),
    ]),
    '',
    'Keep safe, and not only beside the store; without one of these no backup can ever be restored:',
    ...made.map((owner) => `  ${toKeep(owner)}`),
  ].join('\n');
}

function toKeep({ kind, file, recipient }: MadeOwner): string {
  switch (kind) {
    case 'identity':
      return `the identity file ${file!}`;
    case 'passphrase':
      return `the passphrase that is in ${file!}`;
    case 'recipient':
      return `the identity of ${shortRecipient(recipient!)}`;
  }
}

/** A post-quantum recipient has two thousand characters. */
export function shortRecipient(recipient: string): string {
  return recipient.length <= 70 ? recipient : `${recipient.slice(0, 16)}…${recipient.slice(-8)}`;
}
