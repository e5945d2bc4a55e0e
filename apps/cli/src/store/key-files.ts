import { getObject, KEYS_PREFIX, type NamedKeyFile } from '@etcd-kloset/kloset';
import { type Storage } from '@etcd-kloset/storage';

/** Key files are small; what is larger is none, and is not read. */
const MOST_BYTES = 1024 * 1024;

/** All key files of a store, without the folder in their names. @throws KlosetStoreError `object.rotten` */
export async function readKeyFiles(storage: Storage, signal: AbortSignal): Promise<NamedKeyFile[]> {
  const files: NamedKeyFile[] = [];
  for await (const { name } of storage.list(KEYS_PREFIX, { signal })) {
    const bytes = await getObject({ storage }, name, MOST_BYTES, signal);
    files.push({ name: name.slice(KEYS_PREFIX.length), bytes });
  }
  return files;
}
