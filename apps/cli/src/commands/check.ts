import { clusterOption, keyOptions, outputOptions, storeOption } from '../options/groups.ts';
import { flag, value } from '../options/option.ts';
import { defineCommand } from './command.ts';

export const checkOptions = {
  ...storeOption,
  ...clusterOption,
  readData: flag("also compare every row, and the hashes of every snapshot (needs the owner's key)"),
  note: flag(
    'write down in the store what is damaged, so that the next backup stores it again (default: with a key)',
  ),
  tempDir: value('DIR', 'folder for private temporary files (default: $TMPDIR or /tmp)', undefined, {
    completes: 'folder',
  }),
  ...keyOptions,
  ...outputOptions,
} as const;

export const check = defineCommand({
  name: 'check',
  about: 'see that every object is sound, and that everything needed is there',
  details: `Needs no key; with one, also that every object opens under its name. Exit code 1 when anything is damaged or
missing; each problem is named with the snapshots that need the object.`,
  arguments: [],
  options: checkOptions,
  examples: [
    { what: 'without a key', line: 'check --store /srv/backups/etcd' },
    { what: 'everything', line: 'check --store /srv/backups/etcd --read-data --identity-file me.key' },
  ],
  load: async () => (await import('../actions/check.ts')).check,
});
