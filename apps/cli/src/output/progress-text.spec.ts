import { progressText } from './progress-text.ts';
import { Rate } from './rate.ts';

describe('progressText', () => {
  it('says how much of a stream came, and how fast', () => {
    expect(progressText({ stage: 'stream', bytes: 123_400_000, expected: 395_200_000 }, 412_000_000)).toEqual(
      {
        text: 'reading 123.4 MB of 395.2 MB, 412.0 MB/s',
        done: 123_400_000,
        total: 395_200_000,
      },
    );
  });

  it('says how many rows are new and known, and how many of them are stored', () => {
    const counts = { newRows: 2103, knownRows: 63_032, rowsToStore: 2500 };
    expect(progressText({ stage: 'store', ...counts, rows: 2000, bytes: 1_900_000 }, undefined)).toEqual({
      text: '2,103 rows new, 63,032 known: stored 2,000 of 2,500, 1.9 MB',
      done: 2000,
      total: 2500,
    });
  });

  it('does not claim to know how much there is', () => {
    expect(progressText({ stage: 'stream', bytes: 5, expected: undefined }, undefined)).toEqual({
      text: 'reading 5 B',
      done: 5,
      total: undefined,
    });
  });
});

describe('Rate', () => {
  it('is of the last seconds, not of all the time', () => {
    const rate = new Rate();
    expect(rate.add(0, 0)).toBeUndefined();
    expect(rate.add(1000, 100)).toBe(100);
    for (let second = 2; second <= 10; second++) rate.add(second * 1000, 100 + (second - 1) * 1000);
    expect(rate.add(11_000, 10_100)).toBe(1000);
  });
});
