import { clusterOption, keyOptions, outputOptions, storeOption } from '../options/groups.ts';
import { flag, value } from '../options/option.ts';
import { wholeNumber } from '../options/values.ts';
import { defineCommand } from './command.ts';
import { snapshotArgument } from './show.ts';

export const restoreOptions = {
  ...storeOption,
  ...clusterOption,
  output: value('FILE', 'write a snapshot file for `etcdutl snapshot restore`', undefined, {
    completes: 'file',
    letter: 'o',
  }),
  dataDir: value('DIR', 'make a data directory that etcd starts on, with etcdutl', undefined, {
    completes: 'folder',
  }),
  attachments: value('DIR', 'write the files that were attached into this folder', undefined, {
    completes: 'folder',
  }),
  name: value('NAME', 'with --data-dir: which member this is'),
  initialCluster: value('NAME=URL,…', 'with --data-dir: all members of the new cluster, and their peer URLs'),
  initialClusterToken: value('TOKEN', 'with --data-dir: the same for all members of the new cluster'),
  initialAdvertisePeerUrls: value(
    'URL,…',
    'with --data-dir: the peer URLs of this member (default: as in --initial-cluster)',
  ),
  bumpRevision: value(
    'N',
    'with --data-dir: by how much the revision goes up; 0 for not at all (default: 1000000000 for Kubernetes, else 0)',
    wholeNumber,
  ),
  markCompacted: flag(
    'with --data-dir: mark what was before as compacted (default: when the revision goes up)',
  ),
  etcdutl: value(
    'PATH',
    'with --data-dir: the etcdutl to use, or etcdctl 3.4 (default: the one on PATH)',
    undefined,
    {
      completes: 'file',
    },
  ),
  ...keyOptions,
  ...outputOptions,
} as const;

export const restore = defineCommand({
  name: 'restore',
  about: 'bring a snapshot back: as a snapshot file, or as a data directory',
  details: `Needs the owner's key. Nothing that exists is overwritten. What is written is compared with what was backed up; if
that fails, nothing is left behind. Every member of a new cluster is restored from the same snapshot.`,
  arguments: [snapshotArgument],
  options: restoreOptions,
  examples: [
    {
      what: 'a snapshot file',
      line: 'restore latest --store /srv/backups/etcd --cluster prod --identity-file me.key --output snapshot.db',
    },
    {
      what: 'a data directory for a cluster of one member',
      line:
        'restore latest --store /srv/backups/etcd --cluster prod --identity-file me.key --data-dir /var/lib/etcd ' +
        '--name node-1 --initial-cluster node-1=https://10.0.0.1:2380',
    },
  ],
  load: async () => (await import('../actions/restore.ts')).restore,
});
