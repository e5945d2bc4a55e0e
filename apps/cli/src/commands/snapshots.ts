import { clusterOption, keyOptions, outputOptions, storeOption } from '../options/groups.ts';
import { list } from '../options/option.ts';
import { label } from '../options/values.ts';
import { defineCommand } from './command.ts';

export const snapshotsOptions = {
  ...storeOption,
  ...clusterOption,
  label: list('KEY=VALUE', 'only snapshots with this label', label),
  ...keyOptions,
  ...outputOptions,
} as const;

export const snapshots = defineCommand({
  name: 'snapshots',
  about: 'list snapshots, the newest last',
  details:
    'With --json it gives an array. A record that cannot be read is told of, and makes the exit code 1.',
  arguments: [],
  options: snapshotsOptions,
  examples: [
    {
      what: 'of one cluster',
      line: 'snapshots --store /srv/backups/etcd --cluster prod --writer-key-file w.key',
    },
  ],
  load: async () => (await import('../actions/snapshots.ts')).snapshots,
});
