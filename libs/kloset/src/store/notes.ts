import { z } from 'zod';
import { KlosetStoreError } from '../errors.ts';
import { newId, noteName } from '../format/names.ts';
import { openObject, sealObject } from '../objects/metadata-object.ts';
import { getObject, type Cluster } from './cluster.ts';

/** What was found later: objects that are damaged. A backup stores their rows again. */
const schema = z.object({
  format: z.literal(1),
  type: z.literal('damaged'),
  time: z.string(),
  /** Digests of chunks and tables. */
  objects: z.array(z.string()),
});

const kindSchema = z.object({ format: z.number(), type: z.string() });

/** Ten thousand digests have 670 kB. */
const MOST_NOTE_BYTES = 1024 * 1024;

export type Note = z.infer<typeof schema>;

export async function putNote(
  cluster: Cluster,
  note: Omit<Note, 'format' | 'time'>,
  now: Date,
): Promise<string> {
  const id = newId(now);
  const plain = new TextEncoder().encode(JSON.stringify({ format: 1, time: now.toISOString(), ...note }));
  await cluster.store.storage.put(
    noteName(cluster.id, id),
    sealObject(cluster.ring, cluster.id, { magic: 'KLN', kind: 'note', id }, [plain]),
  );
  return id;
}

export async function readNote(cluster: Cluster, id: string): Promise<Note> {
  return openNote(cluster, id, await getObject(cluster.store, noteName(cluster.id, id), MOST_NOTE_BYTES));
}

/**
 * @throws `object.rotten`, `object.malformed`, `store.newer-format` (also for a note of a type that is not known),
 *   `seal.does-not-open`, `key.epoch`
 */
export function openNote(cluster: Cluster, id: string, bytes: Uint8Array): Note {
  const name = noteName(cluster.id, id);
  const plain = openObject(cluster.ring, cluster.id, { magic: 'KLN', kind: 'note', id }, bytes, name);
  let json: unknown;
  try {
    json = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(plain));
  } catch (cause) {
    throw malformed(name, cause);
  }
  const kind = kindSchema.safeParse(json);
  if (kind.success && (kind.data.format > 1 || kind.data.type !== 'damaged')) {
    throw new KlosetStoreError('store.newer-format', `${name} is a note that this version does not know`, {
      advice: 'Use a newer etcd-kloset for this store.',
      context: { object: name },
    });
  }
  const parsed = schema.safeParse(json);
  if (!parsed.success) throw malformed(name, parsed.error);
  return parsed.data;
}

function malformed(name: string, cause: unknown): KlosetStoreError {
  return new KlosetStoreError('object.malformed', `${name} is not a note`, {
    context: { object: name },
    cause,
  });
}

/** Digests of all objects that were found damaged. A note that is itself damaged is passed to `onUnreadable`. */
export async function damagedObjects(
  cluster: Cluster,
  notes: readonly string[],
  onUnreadable: (note: string, error: unknown) => void,
): Promise<Set<string>> {
  const damaged = new Set<string>();
  for (const id of notes) {
    try {
      for (const digest of (await readNote(cluster, id)).objects) damaged.add(digest);
    } catch (error) {
      onUnreadable(id, error);
    }
  }
  return damaged;
}
