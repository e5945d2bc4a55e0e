import { z } from 'zod';

/** Parameters of a query are text; these say what the text stands for, in the document too. */

/** A whole number. */
export function queryInteger(min: number, max: number, fallback: number) {
  return z
    .string()
    .regex(/^[0-9]{1,9}$/, 'is no whole number')
    .transform(Number)
    .pipe(z.number().min(min, `must be at least ${min}`).max(max, `must be at most ${max}`))
    .default(fallback)
    .meta({
      override: { type: 'integer', minimum: min, maximum: max, default: fallback, pattern: undefined },
    });
}

/** May be given several times: whichever of them holds. */
export function queryList<Item extends z.ZodType<unknown, string>>(item: Item, most: number) {
  return z.array(item).max(most);
}

/** `name=value`; all that are given must hold. */
export const labelFilter = queryList(
  z
    .string()
    .max(601)
    .regex(/^[^=]+=/, 'must be name=value'),
  20,
).meta({ description: 'Only with this label, as `name=value`; given several times, with all of them.' });

/** Splits what {@link labelFilter} let through. */
export function labelsOf(filter: readonly string[] | undefined): readonly (readonly [string, string])[] {
  return (filter ?? []).map((text) => {
    const at = text.indexOf('=');
    return [text.slice(0, at), text.slice(at + 1)] as const;
  });
}
