import { describeError, isKlosetError } from '@etcd-kloset/errors';
import { type KeyRing } from '@etcd-kloset/kloset';
import { type StorePool } from '../stores/store-pool.ts';
import { type RegisteredCluster, type RegistryProblem } from './cluster-registry.ts';
import { openDefinition, peekDefinition } from './definition-seal.ts';
import { encodeEntry, fieldOf, type RegistryEntry } from './entry.ts';
import { parseDefinition } from './parse-definition.ts';

interface Opened {
  readonly text: string;
  readonly result: RegisteredCluster | RegistryProblem;
}

/** Opens what lies in stores and in Redis, and tells what must not be followed. */
export class OpenedDefinitions {
  readonly #stores: StorePool;
  readonly #opened = new Map<string, Opened>();

  constructor(stores: StorePool) {
    this.#stores = stores;
  }

  /**
   * @returns undefined for what cannot be read or was not signed, which is a problem then
   * @throws why the key cannot be had by which it would be known who signed it
   */
  async open(entry: RegistryEntry): Promise<RegisteredCluster | undefined> {
    const field = fieldOf(entry);
    const text = encodeEntry(entry);
    const before = this.#opened.get(field);
    const result =
      before?.text === text ? before.result : opened(entry, await this.#stores.keyOf(entry.store));
    this.#opened.set(field, { text, result });
    return 'kind' in result ? undefined : result;
  }

  /** The same for who only looks: where the key cannot be had, it is taken as it is. */
  async look(entry: RegistryEntry): Promise<RegisteredCluster | undefined> {
    try {
      return await this.open(entry);
    } catch (error) {
      if (!isKlosetError(error)) throw error;
      const result = opened(entry, undefined);
      return 'kind' in result ? undefined : result;
    }
  }

  /** Of entries that are still what they were when they were opened. */
  problems(entries: readonly RegistryEntry[]): RegistryProblem[] {
    return entries.flatMap((entry) => {
      const before = this.#opened.get(fieldOf(entry));
      return before !== undefined && before.text === encodeEntry(entry) && 'kind' in before.result
        ? [before.result]
        : [];
    });
  }
}

function opened(entry: RegistryEntry, ring: KeyRing | undefined): RegisteredCluster | RegistryProblem {
  const { store, name, version, sealed } = entry;
  const unreadable = (why: string): RegistryProblem => ({
    kind: 'unreadable',
    store,
    cluster: name,
    message: `The definition of ${JSON.stringify(name)} for the store ${store} is not followed: ${why}`,
  });
  try {
    const plain = ring === undefined ? peekDefinition(sealed) : openDefinition(ring, name, sealed);
    if (plain === undefined) return unreadable('it was not signed with a key of the store.');
    const definition = parseDefinition(plain);
    if (definition.name !== name) return unreadable('it is that of another cluster.');
    // The configuration may have come to call the store something else.
    return { ...definition, store, version };
  } catch (error) {
    if (!isKlosetError(error)) throw error;
    return unreadable(describeError(error));
  }
}
