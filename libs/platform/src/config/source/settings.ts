import { type JsonSchema } from '../problems/known-keys.ts';

/** One key that is a single value, or a list of them, outside of what is named by the user. */
export interface Setting {
  readonly path: readonly string[];
  /** The variable of the environment that goes before the file. */
  readonly variable: string;
  readonly isList: boolean;
}

/** All keys that a variable of the environment can set: `limits.storeOutage` is ETCD_KLOSET_LIMITS_STORE_OUTAGE. */
export function settingsOf(schema: JsonSchema, path: readonly string[] = []): Setting[] {
  return Object.entries(schema.properties ?? {}).flatMap(([key, property]) => {
    const here = [...path, key];
    if (property.properties !== undefined) return settingsOf(property, here);
    const isList = property.items !== undefined;
    // Stores, clusters, keys and webhooks have more to say than a variable holds.
    if (property.additionalProperties !== undefined || property.items?.properties !== undefined) return [];
    return [{ path: here, variable: variableOf(here), isList }];
  });
}

function variableOf(path: readonly string[]): string {
  const words = path.map((key) => key.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase());
  return `ETCD_KLOSET_${words.join('_')}`;
}

/** What everybody calls it goes as well. */
export const ALSO_CALLED: Readonly<Record<string, string>> = {
  ETCD_KLOSET_REDIS_URL: 'REDIS_URL',
  ETCD_KLOSET_REDIS_URL_FILE: 'REDIS_URL_FILE',
};
