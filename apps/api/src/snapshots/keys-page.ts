import { type KeyCounts } from '@etcd-kloset/pipeline';
import { z } from 'zod';
import { type keysPage } from '../contract/schemas/snapshot.ts';
import { decodeCursor, encodeCursor } from '../http/cursor.ts';
import { type PageRequest } from '../http/page.ts';

/** A page of the counts of one snapshot, which never change: the cursor is a place in their order. */
export function keysPageOf(
  snapshot: { readonly snapshot: string; readonly cluster: string },
  { prefixes, keys, rows, bytes }: KeyCounts,
  { limit, cursor }: PageRequest,
): z.infer<typeof keysPage> {
  const from = decodeCursor(cursor, z.number().int().nonnegative()) ?? 0;
  const items = prefixes.slice(from, from + limit);
  const end = from + items.length;
  return {
    ...snapshot,
    keys,
    rows,
    bytes,
    items: [...items],
    ...(end < prefixes.length ? { next: encodeCursor(end) } : {}),
  };
}
