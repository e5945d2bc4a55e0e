import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { openStorage, type Storage } from '@etcd-kloset/storage';
import {
  createMasterBundle,
  KEY_FOLDER,
  keyFileName,
  ownerRing,
  wrapBundle,
  type KeyRing,
  type MasterBundle,
} from '../../keys/index.ts';
import { createStore, type Store } from '../../store/store.ts';

/** A store in a temporary folder of its own. */
export interface TestStore {
  readonly folder: string;
  readonly storage: Storage;
  readonly store: Store;
  readonly bundle: MasterBundle;
  readonly ring: KeyRing;
  remove(): Promise<void>;
}

export async function makeTestStore(): Promise<TestStore> {
  const folder = await mkdtemp(path.join(tmpdir(), 'kloset-check-'));
  const storage = await openStorage(folder);
  const bundle = createMasterBundle();
  const bytes = await wrapBundle(bundle, { passphrase: 'open sesame', workFactor: 4 });
  const store = await createStore(storage, bundle.store, [
    { name: KEY_FOLDER + keyFileName('owner', bytes), bytes },
  ]);
  const remove = async (): Promise<void> => {
    await storage.close();
    await rm(folder, { recursive: true });
  };
  return { folder, storage, store, bundle, ring: ownerRing(bundle), remove };
}
