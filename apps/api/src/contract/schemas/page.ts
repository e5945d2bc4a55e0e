import { z } from 'zod';
import { queryInteger } from './query.ts';

export const MOST_ITEMS = 200;

/** What every list is asked with. */
export const pageQuery = {
  limit: queryInteger(1, MOST_ITEMS, 50),
  cursor: z
    .string()
    .max(1000)
    .optional()
    .meta({ description: 'What the page before called `next`. Other text is refused.' }),
};

/** A page of a list; `next` is missing on the last one. */
export function pageOf<Item extends z.ZodType>(id: string, item: Item) {
  return z
    .object({
      items: z.array(item),
      next: z.string().optional().meta({ description: 'The cursor of the next page.' }),
    })
    .meta({ id });
}
