import { z } from 'zod';

/** What a store, or the copy in Redis, has of one cluster. */
export interface RegistryEntry {
  readonly store: string;
  readonly name: string;
  /** The number of the configuration in the store. */
  readonly version: number;
  /** Undefined: it was removed. That is kept, so that nobody's older copy brings it back. */
  readonly sealed: unknown;
}

const copySchema = z.object({ version: z.number().int().nonnegative(), sealed: z.unknown().optional() });

/** Names of stores have no slash. */
export function fieldOf({ store, name }: Pick<RegistryEntry, 'store' | 'name'>): string {
  return `${store}/${name}`;
}

export function encodeEntry({ version, sealed }: RegistryEntry): string {
  return JSON.stringify({ version, sealed });
}

/** @returns undefined for what is none */
export function decodeEntry(field: string, text: string): RegistryEntry | undefined {
  const slash = field.indexOf('/');
  if (slash < 1) return undefined;
  try {
    const { version, sealed } = copySchema.parse(JSON.parse(text));
    return { store: field.slice(0, slash), name: field.slice(slash + 1), version, sealed };
  } catch {
    return undefined;
  }
}
