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

const NO_MORE = {} as const satisfies z.ZodRawShape;

/** A page of a list; `next` is missing on the last one. */
export function pageOf<Item extends z.ZodType, More extends z.ZodRawShape = typeof NO_MORE>(
  id: string,
  item: Item,
  more: More = NO_MORE as More,
) {
  return z
    .object({
      items: z.array(item),
      next: z.string().optional().meta({ description: 'The cursor of the next page.' }),
      ...more,
    })
    .meta({ id });
}
