import path from 'node:path';
import { EtcdCluster, fillKube } from '@etcd-kloset/testing';

export interface SnapshotFiles {
  /** A few keys: the `key` bucket lies inside another page. */
  readonly tiny: string;
  /** Objects of Kubernetes, the secrets encrypted by it. */
  readonly kubernetes: string;
}

/** Has a real etcd save two snapshot files into a folder. */
export async function saveSnapshotFiles(folder: string): Promise<SnapshotFiles> {
  const files = { tiny: path.join(folder, 'tiny.db'), kubernetes: path.join(folder, 'kubernetes.db') };
  const cluster = await EtcdCluster.start();
  try {
    for (const words of [
      ['put', 'app/a', '1'],
      ['put', 'app/a', '2'],
      ['put', 'gone', 'x'],
      ['del', 'gone'],
    ]) {
      await cluster.etcdctl(words);
    }
    await cluster.etcdctl(['snapshot', 'save', files.tiny], { member: 0 });
    await fillKube(await cluster.client(), { scale: 0.01, encryptSecrets: true });
    await cluster.etcdctl(['snapshot', 'save', files.kubernetes], { member: 0 });
    return files;
  } finally {
    await cluster.stop();
  }
}
