import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import {
  createMasterBundle,
  createStore,
  ownerRing,
  type KeyRing,
  type MasterBundle,
  type Store,
} from '@etcd-kloset/kloset';
import { openStorage, type Storage } from '@etcd-kloset/storage';

/** A store in a folder of its own, with its owner's keys at hand. */
export interface TestStore {
  /** Holds the store and whatever else a test writes. */
  readonly folder: string;
  readonly storeFolder: string;
  readonly storage: Storage;
  readonly store: Store;
  readonly bundle: MasterBundle;
  readonly owner: KeyRing;
  remove(): Promise<void>;
}

export async function makeTestStore(): Promise<TestStore> {
  const folder = await mkdtemp(path.join(tmpdir(), 'etcd-kloset-e2e-'));
  const storeFolder = path.join(folder, 'store');
  const storage = await openStorage(storeFolder, { create: true });
  const bundle = createMasterBundle();
  const store = await createStore(storage, bundle.store, []);
  return {
    folder,
    storeFolder,
    storage,
    store,
    bundle,
    owner: ownerRing(bundle),
    async remove() {
      await storage.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
