import { type RegistryEntry } from './entry.ts';

/** What this process knows of the definitions in stores: for when Redis, or a store, does not answer. */
export class KnownDefinitions {
  readonly #stores = new Map<string, Map<string, RegistryEntry>>();

  constructor(stores: readonly string[]) {
    for (const store of stores) this.#stores.set(store, new Map());
  }

  get(store: string, name: string): RegistryEntry | undefined {
    return this.#stores.get(store)?.get(name);
  }

  set(entry: RegistryEntry): void {
    this.#stores.get(entry.store)?.set(entry.name, entry);
  }

  delete(store: string, name: string): void {
    this.#stores.get(store)?.delete(name);
  }

  of(store: string): readonly RegistryEntry[] {
    return [...(this.#stores.get(store)?.values() ?? [])];
  }

  /** Those of a name that were not removed, in the order of the stores. */
  named(name: string): RegistryEntry[] {
    return [...this.#stores.values()].flatMap((entries) => {
      const entry = entries.get(name);
      return entry?.sealed === undefined ? [] : [entry];
    });
  }

  /** All that were not removed. */
  all(): RegistryEntry[] {
    return [...this.#stores.values()].flatMap((entries) =>
      [...entries.values()].filter(({ sealed }) => sealed !== undefined),
    );
  }
}
