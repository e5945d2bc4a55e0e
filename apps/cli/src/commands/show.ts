import { clusterOption, keyOptions, outputOptions, storeOption } from '../options/groups.ts';
import { defineCommand, type Argument } from './command.ts';

export const snapshotArgument: Argument = {
  name: 'SNAPSHOT',
  about: '`latest`, an id, or the beginning of one',
  completes: 'nothing',
};

export const showOptions = { ...storeOption, ...clusterOption, ...keyOptions, ...outputOptions } as const;

export const show = defineCommand({
  name: 'show',
  about: 'tell all about a snapshot',
  details: `With the owner's key also what is in it: keys, rows and bytes below each prefix (/registry/pods …).
No value is decrypted for that.`,
  arguments: [snapshotArgument],
  options: showOptions,
  examples: [
    {
      what: 'the newest one',
      line: 'show latest --store /srv/backups/etcd --cluster prod --identity-file me.key',
    },
  ],
  load: async () => (await import('../actions/show.ts')).show,
});
