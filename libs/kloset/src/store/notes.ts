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
  const name = noteName(cluster.id, id);
  const plain = openObject(
    cluster.ring,
    cluster.id,
    { magic: 'KLN', kind: 'note', id },
    await getObject(cluster.store, name),
    name,
  );
  const parsed = schema.safeParse(JSON.parse(new TextDecoder().decode(plain)));
  if (!parsed.success)
    throw new KlosetStoreError('object.malformed', `${name} is not a note this program knows`);
  return parsed.data;
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
