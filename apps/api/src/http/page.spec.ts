import fc from 'fast-check';
import { byKey, pageOfSorted } from './page.ts';

const keyOf = (item: string): string => item;

describe('pages', () => {
  it('together are the list, whatever their size and its names', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.string({ maxLength: 20, unit: 'binary' })),
        fc.integer({ min: 1, max: 7 }),
        fc.boolean(),
        (names, limit, descending) => {
          const sorted = names.toSorted(byKey(keyOf));
          if (descending) sorted.reverse();
          const seen: string[] = [];
          let cursor: string | undefined;
          do {
            const page = pageOfSorted(sorted, keyOf, { limit, cursor }, { descending });
            expect(page.items.length).toBeLessThanOrEqual(limit);
            seen.push(...page.items);
            cursor = page.next;
          } while (cursor !== undefined);
          expect(seen).toEqual(sorted);
        },
      ),
    );
  });

  it('lose and repeat nothing when something comes and goes meanwhile', () => {
    const first = pageOfSorted(['a', 'c', 'e'], keyOf, { limit: 2 });
    expect(first.items).toEqual(['a', 'c']);
    expect(pageOfSorted(['b', 'd', 'e'], keyOf, { limit: 2, cursor: first.next }).items).toEqual(['d', 'e']);
  });

  it.each(['', 'MTIz', 'bm90IEpTT04', '%00', Buffer.from('{"a":1}').toString('base64url')])(
    'take no cursor of another making: %j',
    (cursor) => {
      expect(() => pageOfSorted(['a'], keyOf, { limit: 1, cursor })).toThrow(
        expect.objectContaining({ code: 'http.bad-parameter' }) as Error,
      );
    },
  );
});
