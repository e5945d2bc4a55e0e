import { clusterOption, keyOptions, outputOptions, spoolOption, storeOption } from '../options/groups.ts';
import { flag, value } from '../options/option.ts';
import { pastTime } from '../options/values.ts';
import { storedOptions } from './backup.ts';
import { defineCommand } from './command.ts';

export const importOptions = {
  ...storeOption,
  ...clusterOption,
  time: value('TIME', 'when the file was made (default: its modification time)', pastTime),
  skipHashCheck: flag("take a file that does not end with its SHA-256, such as a copy of a member's db"),
  ...storedOptions,
  ...spoolOption,
  ...keyOptions,
  ...outputOptions,
} as const;

export const importCommand = defineCommand({
  name: 'import',
  about: 'store a snapshot file that was made with etcdctl, or a copied db file',
  details: 'There is no cluster to ask: an imported snapshot is never proven.',
  arguments: [{ name: 'FILE', about: 'the file', completes: 'file' }],
  options: importOptions,
  examples: [
    {
      what: 'a file of `etcdctl snapshot save`',
      line: 'import snapshot.db --store /srv/backups/etcd --cluster prod --writer-key-file w.key --time 2026-05-01T02:00:00Z',
    },
    {
      what: "a copy of a stopped member's database",
      line:
        'import /var/lib/etcd/member/snap/db --skip-hash-check --store /srv/backups/etcd --cluster prod ' +
        '--writer-key-file w.key',
    },
  ],
  load: async () => (await import('../actions/import.ts')).importFile,
});
