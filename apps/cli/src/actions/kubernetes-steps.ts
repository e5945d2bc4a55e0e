import { type DataDirPlan, type OpenedSnapshot } from '@etcd-kloset/pipeline';

/** What comes before etcd is started on a restored data directory of Kubernetes. */
export function firstSteps(
  { summary }: Pick<OpenedSnapshot, 'summary'>,
  { dataDir }: Pick<DataDirPlan, 'dataDir'>,
): string[] {
  if ((summary.kubernetes?.keys ?? 0) === 0) return [];
  const place =
    dataDir === KUBEADM_DATA_DIR
      ? ''
      : ` The manifest of kubeadm mounts ${KUBEADM_DATA_DIR}: move the old folder away and ${dataDir} there, or change hostPath ` +
        'in the manifest, before it comes back.';
  return [
    'Stop every API server, and etcd on every member, if they still run: static pods stop when their manifests are moved ' +
      `out of /etc/kubernetes/manifests.${place}`,
  ];
}

const KUBEADM_DATA_DIR = '/var/lib/etcd';
