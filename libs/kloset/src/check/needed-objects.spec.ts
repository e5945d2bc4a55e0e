import { neededObjects } from './needed-objects.ts';

describe('the objects that snapshots need', () => {
  const chunk = (digest: string, size = 1) => ({ kind: 'chunk' as const, digest, size });
  const table = (digest: string, size = 1) => ({ kind: 'table' as const, digest, size });

  it('are known with the snapshots that need them, oldest first', () => {
    const needs = neededObjects();
    needs.add('s1', [chunk('a'), table('a')]);
    needs.add('s2', [chunk('a'), chunk('b')]);
    needs.add('s3', [chunk('b'), chunk('b')]);
    expect(needs.all).toHaveLength(3);
    const damaged = needs.neededBy(({ kind }) => kind === 'chunk');
    expect([...damaged].map(([{ digest }, by]) => [digest, by])).toEqual([
      ['a', ['s1', 's2']],
      ['b', ['s2', 's3']],
    ]);
    expect(needs.isTouched('s3', ({ digest }) => digest === 'a')).toBe(false);
    expect(needs.isTouched('s2', ({ digest }) => digest === 'a')).toBe(true);
    expect(needs.isTouched('another', () => true)).toBe(false);
  });

  it('keep the size that the first record gives them, and tell of every other one', () => {
    const needs = neededObjects();
    expect(needs.add('s1', [chunk('a', 10)])).toEqual([]);
    expect(needs.add('s2', [chunk('a', 10), table('a', 5)])).toEqual([]);
    expect(needs.add('s3', [chunk('a', 11)])).toEqual([chunk('a', 11)]);
    expect(needs.get('chunk', 'a')?.size).toBe(10);
    expect(needs.get('table', 'b')).toBeUndefined();
  });
});
