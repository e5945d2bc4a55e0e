import { inOrder } from './in-order.ts';

describe('work that is done a few at a time', () => {
  it('gives its results in order, and never does more at once than it may', async () => {
    let underWay = 0;
    let most = 0;
    const work = async (item: number): Promise<number> => {
      most = Math.max(most, ++underWay);
      // The earlier an item, the later it is done.
      for (let turn = 0; turn < 40 - item * 2; turn++) await Promise.resolve();
      underWay--;
      return item * item;
    };
    const results: number[] = [];
    for await (const { item, result } of inOrder([...Array(20).keys()], 4, work)) {
      expect(result).toBe(item * item);
      results.push(item);
    }
    expect(results).toEqual([...Array(20).keys()]);
    expect(most).toBe(4);
  });

  it('fails as its work does, when nothing is under way any more', async () => {
    let underWay = 0;
    const work = async (item: number): Promise<void> => {
      underWay++;
      for (let turn = 0; turn < 10 * item; turn++) await Promise.resolve();
      underWay--;
      if (item === 1) throw new Error('the second fails');
    };
    const loop = async (): Promise<void> => {
      for await (const { result } of inOrder([0, 1, 2, 3, 4], 3, work)) expect(result).toBeUndefined();
    };
    await expect(loop()).rejects.toThrow('the second fails');
    expect(underWay).toBe(0);
  });

  it('starts nothing more once its loop was left', async () => {
    const started: number[] = [];
    const work = (item: number): Promise<void> => {
      started.push(item);
      return Promise.resolve();
    };
    for await (const { item } of inOrder([0, 1, 2, 3, 4, 5], 2, work)) if (item === 1) break;
    expect(started).toEqual([0, 1, 2, 3]);
  });
});
