import { mkdtempSync, rmSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import {
  createMasterBundle,
  createStore,
  encodeCredential,
  generateIdentity,
  issueWriterCredential,
  KEY_FOLDER,
  keyFileName,
  ownerRing,
  openStore,
  wrapBundle,
  writeIdentityFile,
} from '@etcd-kloset/kloset';
import { backupCluster } from '@etcd-kloset/pipeline';
import { openStorage } from '@etcd-kloset/storage';

/** A store on disk, with the owner's identity and a writer's key in files beside it. */
export interface TestStore {
  readonly url: string;
  readonly identityFile: string;
  readonly writerKeyFile: string;
  /** Backs a cluster up as the command line does: without queues. @returns the snapshot's id */
  backUp(cluster: string, endpoints: readonly string[]): Promise<string>;
  remove(): void;
}

export async function makeTestStore(): Promise<TestStore> {
  const folder = mkdtempSync(path.join(tmpdir(), 'kloset-api-'));
  const at = (name: string): string => path.join(folder, name);
  const bundle = createMasterBundle();
  const identity = await generateIdentity('x25519');
  await writeIdentityFile(at('identity'), identity);
  const credential = encodeCredential(issueWriterCredential(bundle));
  await writeFile(at('writer'), credential, { mode: 0o600 });
  const storage = await openStorage(at('store'), { create: true });
  const bytes = await wrapBundle(bundle, { recipient: identity.recipient });
  await createStore(storage, bundle.store, [{ name: KEY_FOLDER + keyFileName('owner', bytes), bytes }]);
  await storage.close();
  return {
    url: at('store'),
    identityFile: at('identity'),
    writerKeyFile: at('writer'),
    async backUp(cluster, endpoints) {
      const opened = await openStorage(at('store'));
      const { id } = await backupCluster({
        store: await openStore(opened),
        ring: ownerRing(bundle),
        cluster,
        connection: { endpoints },
        labels: { by: 'test' },
      });
      await opened.close();
      return id;
    },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}
