import { clusterOption, keyOptions, outputOptions, storeOption } from '../options/groups.ts';
import { value } from '../options/option.ts';
import { duration } from '../options/values.ts';
import { defineCommand } from './command.ts';

export const statusOptions = {
  ...storeOption,
  ...clusterOption,
  maxAge: value('TIME', 'how old the newest proven backup may be: 90s, 2h, 1d (default: any age)', duration),
  ...keyOptions,
  ...outputOptions,
} as const;

export const status = defineCommand({
  name: 'status',
  about: 'tell how old the newest proven backup of each cluster is',
  details: `Exit code 1 when one is too old or missing, when a record cannot be read, or when a proven backup lacks objects that it
needs: that one does not count. Whether objects are sound only \`check\` tells. Imported files are never proven.`,
  arguments: [],
  options: statusOptions,
  examples: [
    {
      what: 'for monitoring',
      line: 'status --store /srv/backups/etcd --cluster prod --writer-key-file w.key --max-age 2h',
    },
  ],
  load: async () => (await import('../actions/status.ts')).status,
});
