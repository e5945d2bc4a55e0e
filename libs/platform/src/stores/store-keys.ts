import { stat } from 'node:fs/promises';
import {
  credentialRing,
  KlosetStoreError,
  openCredentialFile,
  openOwnerKeys,
  ownerRing,
  readCredentialFile,
  readOwnerSecrets,
  type KeyRing,
  type Store,
} from '@etcd-kloset/kloset';
import { type StoreConfig } from '../config/configuration.ts';
import { PlatformError } from '../errors.ts';
import { type StoreNeed } from './store-pool.ts';

type Role = 'writer' | 'owner';

interface KeptRing {
  /** What the files were when it was read. */
  readonly stamp: string;
  readonly ring: Promise<KeyRing>;
}

/** The keys of one store that the configuration names: read when needed, and again when their files change. */
export class StoreKeys {
  readonly #config: StoreConfig;
  readonly #onWarning: (sentence: string) => void;
  readonly #kept = new Map<Role, KeptRing>();

  constructor(config: StoreConfig, onWarning: (sentence: string) => void) {
    this.#config = config;
    this.#onWarning = onWarning;
  }

  can(need: StoreNeed): boolean {
    return this.#roleFor(need) !== undefined;
  }

  /** @throws PlatformError `store.no-key`, KlosetStoreError `key.*` */
  async ring(store: Store, need: StoreNeed): Promise<KeyRing> {
    const role = this.#roleFor(need);
    if (role === undefined) throw need === 'decrypt' ? this.#needsOwner() : this.#noKey();
    const stamp = await stampOf(this.#filesOf(role));
    const kept = this.#kept.get(role);
    if (kept?.stamp === stamp) return kept.ring;
    const mine: KeptRing = { stamp, ring: this.#read(store, role) };
    this.#kept.set(role, mine);
    try {
      return await mine.ring;
    } catch (error) {
      if (this.#kept.get(role) === mine) this.#kept.delete(role);
      throw error;
    }
  }

  /** The writer's, whatever the store says; undefined when there is only an owner's, whose keys are in the store. */
  async ringWithoutStore(): Promise<KeyRing | undefined> {
    const { writerKeyFile } = this.#config;
    if (writerKeyFile === undefined) return undefined;
    return (
      (await this.#kept.get('writer')?.ring) ??
      credentialRing((await readCredentialFile(writerKeyFile)).credential)
    );
  }

  /** The weakest key that does. */
  #roleFor(need: StoreNeed): Role | undefined {
    const { writerKeyFile, identityFile, passphraseFile } = this.#config;
    if (need !== 'decrypt' && writerKeyFile !== undefined) return 'writer';
    return identityFile !== undefined || passphraseFile !== undefined ? 'owner' : undefined;
  }

  #filesOf(role: Role): string[] {
    const { writerKeyFile, identityFile, passphraseFile } = this.#config;
    const files = role === 'writer' ? [writerKeyFile] : [identityFile, passphraseFile];
    return files.filter((file) => file !== undefined);
  }

  async #read(store: Store, role: Role): Promise<KeyRing> {
    const { writerKeyFile, identityFile, passphraseFile } = this.#config;
    if (role === 'writer') return openCredentialFile(store, writerKeyFile!, 'writer', this.#onWarning);
    const secrets = await readOwnerSecrets(
      { identityFiles: listOf(identityFile), passphraseFiles: listOf(passphraseFile) },
      this.#onWarning,
    );
    return ownerRing(await openOwnerKeys(store, secrets));
  }

  #needsOwner(): KlosetStoreError {
    const { name } = this.#config;
    return new KlosetStoreError(
      'key.needs-owner',
      `The store ${name} is configured without the owner's key, which this needs.`,
      {
        advice: `Restore with the command line, or give the service stores.${name}.identityFile or passphraseFile.`,
        context: { store: name },
      },
    );
  }

  #noKey(): PlatformError {
    const { name } = this.#config;
    return new PlatformError('store.no-key', `The store ${name} is configured without a key.`, {
      advice: `Make a writer key with \`etcd-kloset keys writer\`, and name it in stores.${name}.writerKeyFile.`,
      context: { store: name },
    });
  }
}

function listOf(file: string | undefined): string[] {
  return file === undefined ? [] : [file];
}

/** Changes with what is in the files; one that cannot be looked at fails when it is read, which says more. */
async function stampOf(files: readonly string[]): Promise<string> {
  const stamps = files.map(async (file) => {
    try {
      const { ino, mtimeMs, size } = await stat(file);
      return `${ino}:${mtimeMs}:${size}`;
    } catch {
      return 'missing';
    }
  });
  return (await Promise.all(stamps)).join(' ');
}
