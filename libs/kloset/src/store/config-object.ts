import { z } from 'zod';
import { KlosetStoreError } from '../errors.ts';
import { clusterPrefix, configName, parseName } from '../format/names.ts';
import { openObject, sealObject } from '../objects/metadata-object.ts';
import { getObject, type Cluster } from './cluster.ts';

/*
 * The configuration of a cluster: its name, and how it is backed up where services do that. Objects never change, so
 * each change is a new object with the next number. Fields that a reader does not know are passed over.
 */
const schema = z.object({
  format: z.literal(1),
  name: z.string(),
  created: z.string(),
  definition: z.unknown().optional(),
  removed: z.literal(true).optional(),
});

export interface ConfigObject {
  readonly name: string;
  /** When it was written, RFC 3339. */
  readonly created: string;
  /** How the cluster is reached and when it is backed up, in the words of whoever does that; none of our business. */
  readonly definition?: unknown;
  /** The definition was taken away. Snapshots stay. */
  readonly removed?: true | undefined;
}

const MOST_CONFIG_BYTES = 1024 * 1024;
/** What eight digits can say. */
export const LAST_NUMBER = 99_999_999;

/** The numbers of a cluster's configurations, ascending, as they stand in names. */
export async function listConfigs({ store, id }: Pick<Cluster, 'store' | 'id'>): Promise<string[]> {
  const configs: string[] = [];
  for await (const { name } of store.storage.list(`${clusterPrefix(id)}config/`)) {
    const parsed = parseName(name);
    if (parsed.kind === 'config') configs.push(parsed.id);
  }
  return configs.sort();
}

/** @throws what is wrong with it: see {@link openConfigObject}; `object.missing` */
export async function readConfig(cluster: Cluster, id: string): Promise<ConfigObject> {
  const name = configName(cluster.id, Number(id));
  return openConfigObject(cluster, id, await getObject(cluster.store, name, MOST_CONFIG_BYTES));
}

/** @throws `object.rotten`, `object.malformed`, `store.newer-format`, `seal.does-not-open`, `key.epoch` */
export function openConfigObject(cluster: Cluster, id: string, bytes: Uint8Array): ConfigObject {
  const object = configName(cluster.id, Number(id));
  const plain = openObject(cluster.ring, cluster.id, { magic: 'KLG', kind: 'config', id }, bytes, object);
  let json: unknown;
  try {
    json = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(plain));
  } catch (cause) {
    throw malformed(object, cause);
  }
  const parsed = schema.safeParse(json);
  if (!parsed.success) throw malformed(object, parsed.error);
  const { format: _, ...config } = parsed.data;
  return config;
}

/** Puts a configuration under a number. @returns `exists` when somebody else has that number */
export async function putConfig(
  cluster: Cluster,
  number: number,
  config: ConfigObject,
): Promise<'created' | 'exists'> {
  const object = configName(cluster.id, number);
  const id = object.slice(object.lastIndexOf('/') + 1);
  const plain = new TextEncoder().encode(JSON.stringify({ format: 1, ...config }));
  return cluster.store.storage.put(
    object,
    sealObject(cluster.ring, cluster.id, { magic: 'KLG', kind: 'config', id }, [plain]),
  );
}

/** Whether it is damaged for good: what is newer than this program, or than its key, is not. */
export function isDamage(error: unknown): boolean {
  if (!(error instanceof KlosetStoreError)) throw error;
  return error.code !== 'key.epoch' && error.code !== 'store.newer-format';
}

function malformed(object: string, cause: unknown): KlosetStoreError {
  return new KlosetStoreError('object.malformed', `${object} is not a cluster's configuration`, {
    context: { object },
    cause,
  });
}
