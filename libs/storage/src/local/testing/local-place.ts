import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type StoragePlace } from '../../conformance/check.ts';
import { openStorage } from '../../open-storage.ts';

export interface LocalPlace extends StoragePlace {
  readonly root: string;
}

/** A new folder, for one test. */
export async function localPlace(below = tmpdir()): Promise<LocalPlace> {
  const root = await mkdtemp(path.join(below, 'kloset-storage-'));
  return {
    root,
    address: { url: root },
    open: () => openStorage(root),
    modeOf: async (name) => (await stat(path.join(root, name))).mode,
    remove: () => rm(root, { recursive: true, force: true }),
  };
}
