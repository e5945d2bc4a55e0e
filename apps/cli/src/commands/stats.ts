import { clusterOption, keyOptions, outputOptions, storeOption } from '../options/groups.ts';
import { defineCommand } from './command.ts';

export const statsOptions = { ...storeOption, ...clusterOption, ...keyOptions, ...outputOptions } as const;

export const stats = defineCommand({
  name: 'stats',
  about: 'tell what the snapshots take, and what they would take as files',
  arguments: [],
  options: statsOptions,
  examples: [{ what: 'all clusters', line: 'stats --store /srv/backups/etcd --writer-key-file w.key' }],
  load: async () => (await import('../actions/stats.ts')).stats,
});
