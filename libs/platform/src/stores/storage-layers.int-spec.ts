import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { openStorage, type Storage } from '@etcd-kloset/storage';
import { conformanceChecks, runCheck, type StoragePlace } from '@etcd-kloset/storage/conformance';
import { observedStorage } from './observed-storage.ts';
import { reopeningStorage } from './reopening-storage.ts';

async function newPlace(): Promise<StoragePlace> {
  const root = await mkdtemp(path.join(tmpdir(), 'kloset-layers-'));
  return {
    address: { url: root },
    open: async () => layered(root),
    modeOf: async (name) => (await stat(path.join(root, name))).mode,
    remove: () => rm(root, { recursive: true, force: true }),
  };
}

async function layered(root: string): Promise<Storage> {
  const storage = observedStorage(
    reopeningStorage(root, () => openStorage(root), fail),
    () => undefined,
  );
  // Capabilities are known once it was opened.
  await storage.folders('');
  return storage;
}

const fail = (error: unknown): never => {
  throw error;
};

const capabilities = { durableFolders: true, exclusivePut: true, readOnlyObjects: true };
const {
  names,
  put,
  'get and stat': reads,
  list,
  delete: deletes,
  'abort and close': ends,
} = conformanceChecks;

/** What is about much data is not about these layers. */
const checks = [...names, ...put, ...reads, ...list, ...deletes, ...ends].filter(
  ({ title }) => !/thousands|64 MiB/.test(title),
);

describe('a storage that is watched and opened again', () => {
  it.each(checks)('$title', async (check) => {
    await runCheck(check, newPlace, capabilities);
  });
});
