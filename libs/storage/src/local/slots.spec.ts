import { createSlots } from './slots.ts';

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('createSlots', () => {
  it('runs no more at once than there are slots, all in the end, in order, and also after failures', async () => {
    const slots = createSlots(3);
    let running = 0;
    let most = 0;
    const began: number[] = [];
    const outcomes = await Promise.allSettled(
      Array.from({ length: 20 }, (_, at) =>
        slots.run(async () => {
          began.push(at);
          most = Math.max(most, (running += 1));
          await turn();
          running -= 1;
          if (at % 4 === 0) throw new Error(String(at));
          return at;
        }),
      ),
    );
    expect(most).toBe(3);
    expect(began).toEqual(began.toSorted((one, other) => one - other));
    expect(outcomes.map(({ status }) => status === 'fulfilled')).toEqual(
      outcomes.map((_, at) => at % 4 !== 0),
    );
    expect(await slots.run(() => Promise.resolve('still'))).toBe('still');
  });
});
