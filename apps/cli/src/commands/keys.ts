import { clusterOption, outputOptions, ownerKeyOptions, storeOption } from '../options/groups.ts';
import { flag, list, required, value } from '../options/option.ts';
import { defineCommand } from './command.ts';

export const keysListOptions = { ...storeOption, ...outputOptions } as const;

export const keysList = defineCommand({
  name: 'keys list',
  about: 'list the key files of a store, one for each owner',
  details: 'Needs no key.',
  arguments: [],
  options: keysListOptions,
  examples: [{ what: 'who can open it', line: 'keys list --store /srv/backups/etcd' }],
  load: async () => (await import('../actions/keys-list.ts')).keysList,
});

export const keysAddOptions = {
  ...storeOption,
  recipient: list('[LABEL=]AGE1…', 'whoever has the identity of this age recipient becomes an owner'),
  newPassphraseFile: list(
    'FILE',
    'whoever has the passphrase in its first line becomes an owner',
    undefined,
    {
      completes: 'file',
    },
  ),
  generateIdentity: list(
    'FILE',
    'make a new identity, write it to this new file, and make it an owner',
    undefined,
    {
      completes: 'file',
    },
  ),
  classic: flag('make a classic (X25519) identity, not a post-quantum one'),
  ...ownerKeyOptions,
  ...outputOptions,
} as const;

export const keysAdd = defineCommand({
  name: 'keys add',
  about: 'make somebody an owner of the store',
  details: "Needs an owner's key: the master keys are sealed once more, for the new owner.",
  arguments: [],
  options: keysAddOptions,
  examples: [
    {
      what: 'another person',
      line: 'keys add --store /srv/backups/etcd --identity-file me.key --recipient carol=age1pq1…',
    },
  ],
  load: async () => (await import('../actions/keys-add.ts')).keysAdd,
});

export const keysRemoveOptions = { ...storeOption, ...ownerKeyOptions, ...outputOptions } as const;

export const keysRemove = defineCommand({
  name: 'keys remove',
  about: 'remove a key file from a store',
  details: `Needs the key of an owner who stays: it has to open a key file other than the one that is removed, so that the
store is never left without one. This does not take anything away from whoever opened or copied the removed one before:
they have the master keys.`,
  arguments: [
    { name: 'KEYFILE', about: 'its name in `keys list`, or the beginning of it', completes: 'nothing' },
  ],
  options: keysRemoveOptions,
  examples: [
    {
      what: 'of somebody who left',
      line: 'keys remove carol --store /srv/backups/etcd --identity-file me.key',
    },
  ],
  load: async () => (await import('../actions/keys-remove.ts')).keysRemove,
});

const credentialOptions = {
  output: required(
    value('FILE', 'the new file to write the key to', undefined, { completes: 'file', letter: 'o' }),
  ),
  ...ownerKeyOptions,
  ...outputOptions,
} as const;

export const keysWriterOptions = { ...storeOption, ...clusterOption, ...credentialOptions } as const;

export const keysWriter = defineCommand({
  name: 'keys writer',
  about: 'make a key that can back up and list, and can neither decrypt nor delete',
  details: 'For the machine that makes the backups. With --cluster it is good for that cluster only.',
  arguments: [],
  options: keysWriterOptions,
  examples: [
    {
      what: 'for one cluster',
      line: 'keys writer --store /srv/backups/etcd --cluster prod --identity-file me.key --output prod-writer.key',
    },
  ],
  load: async () => (await import('../actions/keys-credential.ts')).keysWriter,
});

export const keysKeeperOptions = { ...storeOption, ...credentialOptions } as const;

export const keysKeeper = defineCommand({
  name: 'keys keeper',
  about: 'make a key that can list and note what is damaged, and can neither decrypt nor back up',
  details: `For whoever is to keep the store tidy: it will be able to forget and prune, which this version cannot do yet.`,
  arguments: [],
  options: keysKeeperOptions,
  examples: [
    {
      what: 'for a machine that watches the store',
      line: 'keys keeper --store /srv/backups/etcd --identity-file me.key --output keeper.key',
    },
  ],
  load: async () => (await import('../actions/keys-credential.ts')).keysKeeper,
});
