import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import {
  clusterByName,
  createMasterBundle,
  createStore,
  KEY_FOLDER,
  keyFileName,
  ownerRing,
  wrapBundle,
  type Cluster,
  type KeyRing,
  type MasterBundle,
} from '@etcd-kloset/kloset';
import { openStorage, type Storage } from '@etcd-kloset/storage';
import { type SealTarget } from '../threads/thread-messages.ts';

/** A store in a temporary folder of its own, with the owner's keys and a cluster. */
export interface TestStore {
  readonly folder: string;
  readonly storage: Storage;
  readonly bundle: MasterBundle;
  readonly ring: KeyRing;
  readonly cluster: Cluster;
  readonly target: SealTarget;
  remove(): Promise<void>;
}

export async function makeTestStore(): Promise<TestStore> {
  const folder = await mkdtemp(path.join(tmpdir(), 'pipeline-store-'));
  const storage = await openStorage(folder);
  const bundle = createMasterBundle();
  const ring = ownerRing(bundle);
  const bytes = await wrapBundle(bundle, { passphrase: 'open sesame', workFactor: 4 });
  const store = await createStore(storage, bundle.store, [
    { name: KEY_FOLDER + keyFileName('owner', bytes), bytes },
  ]);
  const cluster = clusterByName(store, ring, 'prod');
  return {
    folder,
    storage,
    bundle,
    ring,
    cluster,
    target: { publicKey: ring.dataPublicKey(1), store: ring.store, cluster: cluster.id, epoch: 1 },
    async remove() {
      await storage.close();
      await rm(folder, { recursive: true });
    },
  };
}

/** The methods of a storage as properties, to be put together with others. */
export function boundStorage(real: Storage): Storage {
  return {
    url: real.url,
    capabilities: real.capabilities,
    put: (...args) => real.put(...args),
    get: (...args) => real.get(...args),
    stat: (...args) => real.stat(...args),
    list: (...args) => real.list(...args),
    folders: (...args) => real.folders(...args),
    delete: (...args) => real.delete(...args),
    now: () => real.now(),
    close: () => real.close(),
  };
}
