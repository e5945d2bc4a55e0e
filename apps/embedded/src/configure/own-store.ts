import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import {
  createMasterBundle,
  createStore,
  generateIdentity,
  getObject,
  issueWriterCredential,
  KEY_FOLDER,
  keyFileName,
  KEYS_PREFIX,
  type NamedKeyFile,
  openKeyFiles,
  openStore,
  readIdentityFile,
  STORE_FILE,
  wrapBundle,
  writeCredentialFile,
  writeIdentityFile,
  type MasterBundle,
} from '@etcd-kloset/kloset';
import { openStorage, type Storage } from '@etcd-kloset/storage';
import { EmbeddedError } from '../errors.ts';
import { type StateFolder } from '../state/state-folder.ts';

const MOST_KEY_FILE_BYTES = 1024 * 1024;

/** The store in the state folder: for whoever has no other one yet. */
export interface OwnStore {
  readonly folder: string;
  /** The owner's: without it no backup can ever be restored. */
  readonly identityFile: string;
  readonly writerKeyFile: string;
  /** Made by this start. */
  readonly isNew: boolean;
}

/** Uses the store in the state folder; makes it, its owner and a writer's key where they are missing. */
export async function openOwnStore(state: StateFolder): Promise<OwnStore> {
  const folder = state.file('store');
  const identityFile = state.file('identity.txt');
  const writerKeyFile = state.file('writer.key');
  const storage = await openStorage(folder, { create: true });
  try {
    const isNew = (await storage.stat(STORE_FILE)) === undefined;
    const bundle = isNew
      ? await makeStore(storage, identityFile)
      : existsSync(writerKeyFile)
        ? undefined
        : await openBundle(storage, identityFile);
    if (bundle !== undefined) await writeCredentialFile(writerKeyFile, issueWriterCredential(bundle));
    return { folder, identityFile, writerKeyFile, isNew };
  } finally {
    await storage.close();
  }
}

async function makeStore(storage: Storage, identityFile: string): Promise<MasterBundle> {
  const recipient = await ownRecipient(identityFile);
  const bundle = createMasterBundle();
  const bytes = await wrapBundle(bundle, { recipient });
  await createStore(storage, bundle.store, [{ name: KEY_FOLDER + keyFileName('identity', bytes), bytes }]);
  return bundle;
}

/** Of a new identity; or of one that an earlier start made and did not get further. */
async function ownRecipient(identityFile: string): Promise<string> {
  if (!existsSync(identityFile)) {
    const identity = await generateIdentity('hybrid');
    await writeIdentityFile(identityFile, identity);
    return identity.recipient;
  }
  const recipient = /^# public key: (\S+)$/m.exec(await readFile(identityFile, 'utf8'))?.[1];
  if (recipient !== undefined) return recipient;
  throw new EmbeddedError(
    'start.folder',
    `${identityFile} is there, but says no public key, and its store is not.`,
    {
      advice: 'Move it away, or name a store with --store.',
    },
  );
}

async function openBundle(storage: Storage, identityFile: string): Promise<MasterBundle> {
  const store = await openStore(storage);
  const { identities } = await readIdentityFile(identityFile);
  const files: NamedKeyFile[] = [];
  for await (const { name } of storage.list(KEYS_PREFIX)) {
    const bytes = await getObject({ storage }, name, MOST_KEY_FILE_BYTES);
    files.push({ name: name.slice(KEYS_PREFIX.length), bytes });
  }
  return openKeyFiles(files, { identities, passphrases: [] }, store.id);
}
