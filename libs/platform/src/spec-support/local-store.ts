import { mkdtempSync, rmSync } from 'node:fs';
import { rename, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import {
  createMasterBundle,
  createStore,
  encodeCredential,
  generateIdentity,
  issueKeeperCredential,
  issueWriterCredential,
  KEY_FOLDER,
  keyFileName,
  type MasterBundle,
  wrapBundle,
  writeIdentityFile,
} from '@etcd-kloset/kloset';
import { openStorage } from '@etcd-kloset/storage';
import { type StoreConfig } from '../config/configuration.ts';

/** A store on disk with its keys, for tests. */
export class LocalStore {
  readonly folder: string;
  readonly bundle: MasterBundle;

  private constructor(folder: string, bundle: MasterBundle) {
    this.folder = folder;
    this.bundle = bundle;
  }

  static async make(): Promise<LocalStore> {
    const made = new LocalStore(mkdtempSync(path.join(tmpdir(), 'kloset-pool-')), createMasterBundle());
    const identity = await generateIdentity('x25519');
    await writeIdentityFile(made.at('identity'), identity);
    const bytes = await wrapBundle(made.bundle, { recipient: identity.recipient });
    const storage = await openStorage(made.at('store'), { create: true });
    await createStore(storage, made.bundle.store, [
      { name: KEY_FOLDER + keyFileName('owner', bytes), bytes },
    ]);
    await storage.close();
    await made.writeKey('writer');
    return made;
  }

  at(name: string): string {
    return path.join(this.folder, name);
  }

  /** Writes a key into the folder, in the place of what was there, as key files are replaced. */
  async writeKey(file: string, kind: 'writer' | 'keeper' = 'writer', cluster?: string): Promise<string> {
    const credential =
      kind === 'writer' ? issueWriterCredential(this.bundle, cluster) : issueKeeperCredential(this.bundle);
    await writeFile(this.at('new-key'), encodeCredential(credential), { mode: 0o600 });
    await rename(this.at('new-key'), this.at(file));
    return this.at(file);
  }

  /** As the configuration has it; with the writer's key unless told otherwise. */
  config(name: string, keys: Partial<StoreConfig> = { writerKeyFile: this.at('writer') }): StoreConfig {
    return {
      name,
      url: this.at('store'),
      kind: 'local',
      writerKeyFile: undefined,
      identityFile: undefined,
      passphraseFile: undefined,
      ...keys,
    };
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** Stores by name, as a configuration has them. */
export function storesOf(...configs: readonly StoreConfig[]): Record<string, StoreConfig> {
  return Object.fromEntries(configs.map((config) => [config.name, config]));
}
