import fc from 'fast-check';
import { LeastFirst } from './least-first.ts';

interface Thing {
  value: number;
}
const step = fc.oneof(
  fc.record({ add: fc.nat({ max: 50 }) }),
  fc.record({ grow: fc.nat({ max: 50 }) }),
  fc.constant({ remove: true as const }),
);

describe('the least of some things', () => {
  it('is at hand, and so is the next one, while they come, grow and go', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const heap = new LeastFirst<Thing>((a, b) => a.value < b.value);
        let model: Thing[] = [];
        for (const each of steps) {
          if ('add' in each) {
            const thing = { value: each.add };
            heap.add(thing);
            model.push(thing);
          } else if (model.length > 0) {
            const least = heap.least()!;
            if ('grow' in each) {
              least.value += each.grow;
              heap.leastGrew();
            } else {
              heap.removeLeast();
              model = model.filter((thing) => thing !== least);
            }
          }
          const sorted = model.map(({ value }) => value).sort((a, b) => a - b);
          expect([heap.size, heap.least()?.value, heap.second()?.value]).toEqual([
            model.length,
            sorted[0],
            sorted[1],
          ]);
        }
      }),
      { numRuns: 300 },
    );
  });
});
