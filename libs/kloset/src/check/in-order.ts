/**
 * Does `work` for every item, a few at a time, and gives the results in the items' order.
 * When `work` fails, so does the loop, after what is under way has come to its end.
 */
export async function* inOrder<Item, Result>(
  items: Iterable<Item>,
  atOnce: number,
  work: (item: Item) => Promise<Result>,
): AsyncGenerator<{ readonly item: Item; readonly result: Result }> {
  const source = items[Symbol.iterator]();
  const underWay: { item: Item; result: Promise<Result> }[] = [];
  const startMore = (): void => {
    while (underWay.length < atOnce) {
      const next = source.next();
      if (next.done === true) return;
      const result = work(next.value);
      // It is awaited in its turn.
      result.catch(() => undefined);
      underWay.push({ item: next.value, result });
    }
  };
  try {
    startMore();
    for (let first = underWay.shift(); first !== undefined; first = underWay.shift()) {
      const result = await first.result;
      startMore();
      yield { item: first.item, result };
    }
  } finally {
    await Promise.allSettled(underWay.map(({ result }) => result));
  }
}
