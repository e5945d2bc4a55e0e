import { outputOptions } from '../options/groups.ts';
import { flag, list, value } from '../options/option.ts';
import { defineCommand } from './command.ts';

export const initOptions = {
  recipient: list('[LABEL=]AGE1…', 'whoever has the identity of this age recipient becomes an owner'),
  passphraseFile: list('FILE', 'whoever has the passphrase in its first line becomes an owner', undefined, {
    completes: 'file',
  }),
  generateIdentity: list(
    'FILE',
    'make a new identity, write it to this new file, and make it an owner',
    undefined,
    {
      completes: 'file',
    },
  ),
  classic: flag('make a classic (X25519) identity, not a post-quantum one'),
  store: value('STORE', 'the same as the argument', undefined, { completes: 'folder' }),
  ...outputOptions,
} as const;

export const init = defineCommand({
  name: 'init',
  about: 'make a new store',
  details: `A store is opened by its owners: anybody with an age identity or a passphrase that it was made for. Give at
least one; better two that are kept in different places. More can be added later with \`keys add\`.`,
  arguments: [{ name: '[STORE]', about: 'where to: a folder or a URL (file:///…)', completes: 'folder' }],
  options: initOptions,
  examples: [
    { what: 'with a new identity', line: 'init /srv/backups/etcd --generate-identity ~/etcd-backups.key' },
    {
      what: 'for two people and a passphrase in a safe',
      line: 'init /srv/backups/etcd --recipient alice=age1pq1… --recipient bob=age1pq1… --passphrase-file ./passphrase',
    },
  ],
  load: async () => (await import('../actions/init.ts')).init,
});
