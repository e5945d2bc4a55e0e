import { hash } from 'node:crypto';
import { type PutJob } from '@etcd-kloset/jobs';
import { KlosetStoreError } from '@etcd-kloset/kloset';
import { type Storage } from '@etcd-kloset/storage';

/** Whether what lay in staging is what was sealed. */
export function isSame(bytes: Uint8Array, { digest, size }: Pick<PutJob, 'digest' | 'size'>): boolean {
  return bytes.length === size && hash('sha256', bytes) === digest;
}

/**
 * Puts an object unless it is there. One of the same name is taken for it when it has its size; the backup's commit
 * lists all objects again, and `check` reads them.
 *
 * @throws StorageError; KlosetStoreError `object.malformed`
 */
export async function putObject(
  storage: Storage,
  name: string,
  bytes: Uint8Array,
  signal: AbortSignal,
): Promise<'created' | 'exists'> {
  const outcome = await storage.put(name, bytes, { signal });
  if (outcome === 'created') return outcome;
  const found = await storage.stat(name, { signal });
  if (found?.size === bytes.length) return outcome;
  throw new KlosetStoreError(
    'object.malformed',
    `${name} is in the store already, with ${found?.size ?? 'no'} bytes instead of ${bytes.length}.`,
    {
      advice: 'Run `etcd-kloset check` on the store, and remove the object that it calls damaged.',
      context: { object: name },
    },
  );
}
