import { z } from 'zod';
import { decodeCursor, encodeCursor } from './cursor.ts';

export interface PageRequest {
  readonly limit: number;
  readonly cursor?: string | undefined;
}

export interface Page<Item> {
  readonly items: Item[];
  readonly next?: string;
}

/**
 * A page of what is in memory, in the order of its keys. The cursor is the last key of the page before: what comes and
 * goes meanwhile makes no item come twice or be left out.
 *
 * @param sorted by `keyOf`, rising, or falling when `descending`
 */
export function pageOfSorted<Item>(
  sorted: readonly Item[],
  keyOf: (item: Item) => string,
  { limit, cursor }: PageRequest,
  { descending = false } = {},
): Page<Item> {
  const after = decodeCursor(cursor, z.string().max(600));
  const isLater = (key: string): boolean => after === undefined || (descending ? key < after : key > after);
  const rest = sorted.filter((item) => isLater(keyOf(item)));
  const items = rest.slice(0, limit);
  const last = items.at(-1);
  return rest.length > items.length && last !== undefined
    ? { items, next: encodeCursor(keyOf(last)) }
    : { items };
}

/** Compares as the cursors do: by UTF-16 code units, not by language. */
export function byKey<Item>(keyOf: (item: Item) => string): (a: Item, b: Item) => number {
  return (a, b) => {
    const [one, other] = [keyOf(a), keyOf(b)];
    return one < other ? -1 : one > other ? 1 : 0;
  };
}
