import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { credentialRing, openStore, readCredentialFile } from '@etcd-kloset/kloset';
import { openStorage } from '@etcd-kloset/storage';
import { openStateFolder, type StateFolder } from '../state/state-folder.ts';
import { openOwnStore } from './own-store.ts';

describe('the store in the state folder', () => {
  let parent: string;
  let state: StateFolder;
  beforeEach(async () => {
    parent = await mkdtemp(path.join(tmpdir(), 'etcd-kloset-own-store-'));
    state = await openStateFolder(path.join(parent, 'state'));
  });
  afterEach(() => rm(parent, { recursive: true }));

  it('is made once, with an identity and a key for its workers that nobody else can read', async () => {
    const made = await openOwnStore(state);
    expect(made.isNew).toBe(true);
    expect(await openOwnStore(state)).toEqual({ ...made, isNew: false });
    for (const file of [made.identityFile, made.writerKeyFile]) {
      expect((await stat(file)).mode & 0o777).toBe(0o600);
    }
    const storage = await openStorage(made.folder);
    const { id } = await openStore(storage);
    const { credential } = await readCredentialFile(made.writerKeyFile);
    expect(credential.role).toBe('writer');
    expect(credentialRing(credential).store).toBe(id);
    await storage.close();
  });

  it('is finished by the next start when the first one was cut off', async () => {
    const made = await openOwnStore(state);
    await rm(made.writerKeyFile);
    await openOwnStore(state);
    expect((await readCredentialFile(made.writerKeyFile)).credential.role).toBe('writer');

    await rm(made.folder, { recursive: true });
    await rm(made.writerKeyFile);
    const { isNew } = await openOwnStore(state);
    expect(isNew).toBe(true);
    await rm(made.writerKeyFile);
    // The identity that was there already opens it.
    await openOwnStore(state);
  });
});
