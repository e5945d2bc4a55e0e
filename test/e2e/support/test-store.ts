import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import {
  createMasterBundle,
  createStore,
  KEY_FOLDER,
  keyFileName,
  ownerRing,
  wrapBundle,
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
  // A cheap passphrase: no test guesses at it.
  const bytes = await wrapBundle(bundle, { passphrase: 'open sesame', workFactor: 4 });
  const keyFile = { name: KEY_FOLDER + keyFileName('owner', bytes), bytes };
  const store = await createStore(storage, bundle.store, [keyFile]);
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
