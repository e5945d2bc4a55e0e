import { progressLines } from './progress-display.ts';
import { progressLine, progressText } from './progress-text.ts';
import { Rate } from './rate.ts';

describe('progressText', () => {
  it('says how much of a stream came, and how fast', () => {
    expect(progressText({ stage: 'stream', bytes: 123_400_000, expected: 395_200_000 }, 412_000_000)).toEqual(
      {
        text: 'reading 123.4 MB of 395.2 MB, 412.0 MB/s',
        short: 'reading 123.4 MB of 395.2 MB',
        done: 123_400_000,
        total: 395_200_000,
      },
    );
  });

  it('says how many rows are new and known, and how many of them are stored', () => {
    const counts = { newRows: 2103, knownRows: 63_032, rowsToStore: 2500 };
    expect(progressText({ stage: 'store', ...counts, rows: 2000, bytes: 1_900_000 }, undefined)).toEqual({
      text: '2,103 rows new, 63,032 known: stored 2,000 of 2,500, 1.9 MB',
      short: 'stored 2,000 of 2,500 rows, 1.9 MB',
      done: 2000,
      total: 2500,
    });
  });

  it('does not claim to know how much there is', () => {
    expect(progressText({ stage: 'stream', bytes: 5, expected: undefined }, undefined)).toEqual({
      text: 'reading 5 B',
      short: 'reading 5 B',
      done: 5,
      total: undefined,
    });
  });
});

describe('progressLine', () => {
  const of = (done: number, total: number | undefined) => ({
    text: 'x'.repeat(30),
    short: 'y'.repeat(20),
    done,
    total,
  });

  it('has a bar where there is room for one', () => {
    expect(progressLine(of(1, 4), 100)).toBe(`[${'#'.repeat(6)}${'-'.repeat(18)}] 25% ${'x'.repeat(30)}`);
    expect(progressLine(of(1, 2), 50)).toBe(`[${'#'.repeat(6)}${'-'.repeat(6)}] 50% ${'x'.repeat(30)}`);
    expect(progressLine(of(1, 2), 40)).toBe(`50% ${'x'.repeat(30)}`);
    expect(progressLine(of(1, 2), 30)).toBe(`50% ${'y'.repeat(20)}`);
  });

  it('never fills a line of the terminal, however narrow it is', () => {
    const stored = { newRows: 65_135_000, knownRows: 163_032_000, rowsToStore: 65_135_000, rows: 65_000_000 };
    const text = progressText({ stage: 'store', ...stored, bytes: 999_900_000 }, 412_000_000);
    for (let columns = 0; columns <= 200; columns++) {
      expect(progressLine(text, columns).length).toBeLessThanOrEqual(Math.max(0, columns - 1));
    }
    expect(progressLine(text, 80)).toContain('stored 65,000,000 of 65,135,000 rows, 999.9 MB');
  });

  it('is full when there is nothing to do, and has no bar when nobody knows', () => {
    expect(progressLine(of(0, 0), 100)).toMatch(/^\[#{24}\] 100% x/);
    expect(progressLine(of(5, undefined), 100)).toBe('x'.repeat(30));
  });
});

describe('progressLines', () => {
  function lines(
    steps: readonly (readonly [at: number, stage: 'stream' | 'restore', bytes: number])[],
  ): string[] {
    const written: string[] = [];
    let now = 0;
    const display = progressLines(
      (line) => written.push(line.replace(/, [^,]*\/s$/, '')),
      () => now,
    );
    for (const [at, stage, bytes] of steps) {
      now = at;
      display.show({ stage, bytes, expected: 9 });
    }
    display.end();
    display.end();
    return written;
  }

  it('say nothing of what is done soon', () => {
    expect(
      lines([
        [0, 'stream', 1],
        [4900, 'stream', 9],
        [5100, 'restore', 1],
      ]),
    ).toEqual([]);
  });

  it('tell every five seconds, and the end of what was told of', () => {
    expect(
      lines([
        [0, 'stream', 1],
        [5000, 'stream', 2],
        [6000, 'stream', 3],
        [10_000, 'stream', 4],
        [11_000, 'stream', 9],
        [11_500, 'restore', 1],
        [16_500, 'restore', 9],
      ]),
    ).toEqual(['reading 2 B of 9 B', 'reading 4 B of 9 B', 'reading 9 B of 9 B', 'writing 9 B of 9 B']);
  });
});

it('counts one as one', () => {
  expect(progressText({ stage: 'check', objects: 1, bytes: 2, expected: 2 }, undefined).text).toBe(
    'reading 1 object, 2 B of 2 B',
  );
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
