import {
  clusterOption,
  etcdOptions,
  keyOptions,
  outputOptions,
  spoolOption,
  storeOption,
} from '../options/groups.ts';
import { choice, flag, list, withDefault } from '../options/option.ts';
import { label } from '../options/values.ts';
import { defineCommand } from './command.ts';

export const storedOptions = {
  label: list('KEY=VALUE', 'a note to keep with the snapshot', label),
  attach: list(
    'FILE',
    'a file or a folder to keep sealed with the snapshot, such as an EncryptionConfiguration',
    undefined,
    { completes: 'file' },
  ),
} as const;

export const backupOptions = {
  ...storeOption,
  ...clusterOption,
  ...etcdOptions,
  ...storedOptions,
  proof: withDefault(
    choice('SCOPE', 'whose hash the snapshot is held against: all voters, the source alone, none', [
      'all',
      'source',
      'none',
    ]),
    'all',
  ),
  requireProof: flag('fail unless the snapshot is proven (it is stored all the same)'),
  ...spoolOption,
  ...keyOptions,
  ...outputOptions,
} as const;

export const backup = defineCommand({
  name: 'backup',
  about: 'back up a cluster, and prove the snapshot against it',
  details: `Reads a consistent snapshot from one member, stores what is new, and compares the hash of its rows with what the
members answer. Exit code 3: the snapshot is stored, but the members of the cluster do not hold the same data.
A writer key suffices. Endpoints, TLS and users are given as to etcdctl, ETCDCTL_* variables included.`,
  arguments: [],
  options: backupOptions,
  examples: [
    {
      what: 'a cluster without TLS',
      line: 'backup --store /srv/backups/etcd --cluster test --writer-key-file w.key',
    },
    {
      what: 'a control plane made by kubeadm',
      line:
        'backup --store /srv/backups/etcd --cluster prod --writer-key-file w.key --endpoints https://127.0.0.1:2379 ' +
        '--cacert /etc/kubernetes/pki/etcd/ca.crt --cert /etc/kubernetes/pki/etcd/server.crt ' +
        '--key /etc/kubernetes/pki/etcd/server.key --attach /etc/kubernetes/pki',
    },
  ],
  load: async () => (await import('../actions/backup.ts')).backup,
});
