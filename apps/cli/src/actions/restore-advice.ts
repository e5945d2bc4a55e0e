import path from 'node:path';
import {
  initialClusterText,
  restoreArguments,
  restoreChoices,
  type DataDirPlan,
  type OpenedSnapshot,
  type StoredAlarm,
} from '@etcd-kloset/pipeline';
import { type restoreOptions } from '../commands/restore.ts';
import { type Settled } from '../options/option.ts';
import { shellCommand } from '../output/shell-words.ts';
import { PROGRAM } from '../version.ts';

type RestoreOptions = Settled<typeof restoreOptions>;

/** The command for every other member of the new cluster: the same snapshot by its id, never `latest`. */
export function otherMembers(
  { summary }: Pick<OpenedSnapshot, 'summary'>,
  plan: Pick<DataDirPlan, 'name' | 'initialCluster' | 'initialClusterToken' | 'bumpRevision' | 'dataDir'>,
  options: RestoreOptions,
): { name: string; command: string }[] {
  const { initialCluster } = plan;
  if (initialCluster === undefined) return [];
  const names = [...initialCluster.keys()].filter((name) => name !== plan.name);
  return names.map((name) => ({
    name,
    command: shellCommand([
      PROGRAM,
      'restore',
      summary.id,
      ...keyWords(options),
      ...['--store', options.store, '--cluster', summary.cluster],
      ...['--data-dir', plan.dataDir, '--name', name],
      ...['--initial-cluster', initialClusterText(initialCluster)],
      ...(plan.initialClusterToken === undefined
        ? []
        : ['--initial-cluster-token', plan.initialClusterToken]),
      ...['--bump-revision', String(plan.bumpRevision)],
    ]),
  }));
}

/** What is left to do once the data directory is there. */
export function nextSteps(
  { summary }: Pick<OpenedSnapshot, 'summary'>,
  plan: DataDirPlan,
  alarms: readonly StoredAlarm[],
): string[] {
  const isKubernetes = (summary.kubernetes?.keys ?? 0) > 0;
  const { name = 'default', initialCluster, dataDir } = plan;
  const others = (initialCluster?.size ?? 1) > 1;
  const runsAsRoot = process.getuid?.() === 0;
  return [
    ...(runsAsRoot
      ? [`Give the files to the user that etcd runs as, unless that is root: chown -R etcd: ${dataDir}`]
      : []),
    ...(others
      ? ['Run the commands above on the other members, then start all of them at about the same time.']
      : []),
    `Start etcd: ${shellCommand(['etcd', '--name', name, '--data-dir', dataDir])} … with its own URLs and certificates` +
      (isKubernetes ? ' (a static pod starts when its manifest is back in /etc/kubernetes/manifests).' : '.'),
    ...(alarms.length > 0
      ? ['Look at the alarms that came back: etcdctl alarm list; then etcdctl alarm disarm.']
      : []),
    ...(isKubernetes
      ? [
          (summary.kubernetes?.encrypted.length ?? 0) > 0
            ? 'Start the API servers with the EncryptionConfiguration of that time.'
            : 'Start the API servers.',
          plan.bumpRevision > 0
            ? 'Watch controllers and kubelets list everything again; restart those that do not.'
            : 'Restart everything that talks to the API server: what it has cached is from another time.',
        ]
      : []),
    'Back the cluster up again: the next snapshot has a parent from before the restore, and stores what is new.',
  ];
}

/**
 * How to run etcdutl from etcd's own image where a container runtime is all there is: first a snapshot file,
 * then the image that the host has.
 */
export function commandsWithoutEtcdutl(
  { summary }: Pick<OpenedSnapshot, 'summary'>,
  options: RestoreOptions,
): string[] {
  const dataDir = path.resolve(options.dataDir ?? 'etcd');
  const parent = path.dirname(dataDir);
  const file = path.join(parent, `${summary.id}.db`);
  // etcd 3.4 has no etcdutl: its etcdctl restores.
  const tool = /^3\.[0-4]\./.test(summary.etcd.version ?? '') ? 'etcdctl' : 'etcdutl';
  const inImage = [
    tool,
    ...restoreArguments(
      restoreChoices({ summary }, options),
      `/restore/${path.basename(file)}`,
      `/restore/${path.basename(dataDir)}`,
    ),
  ];
  const toFile = [
    PROGRAM,
    'restore',
    summary.id,
    ...['--store', options.store, '--cluster', summary.cluster],
    ...keyWords(options),
    ...['--output', file],
  ];
  const mount = `type=bind,src=${parent},dst=/restore,options=rbind:rw`;
  return [
    `Or run the ${tool} of etcd's image, which a control plane node has (see: crictl images | grep etcd):`,
    `  ${shellCommand(toFile)}`,
    "  IMAGE=$(ctr --namespace k8s.io images list --quiet | grep -m1 '/etcd:')",
    `  ctr --namespace k8s.io run --rm --mount ${shellCommand([mount])} "$IMAGE" restore ${shellCommand(inImage)}`,
    `  rm ${shellCommand([file])}`,
  ];
}

/** The key options as they were given, for a command that is to be run elsewhere. */
function keyWords({ identityFile, passphraseFile }: RestoreOptions): string[] {
  return [
    ...identityFile.flatMap((file) => ['--identity-file', file]),
    ...passphraseFile.flatMap((file) => ['--passphrase-file', file]),
  ];
}
